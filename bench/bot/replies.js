// The same as replies.c with npm rivescript: node replies.js BRAIN MESSAGES SECONDS
"use strict";

const fs = require("fs");
const RiveScript = require("rivescript");

const [brain, messages, seconds] = process.argv.slice(2);

function exchanges(text) {
	return text.split("\n").filter((l) => l.includes("\t")).map((l) => l.split("\t"));
}

async function measure(bot, list, counts) {
	const start = process.hrtime.bigint();
	const elapsed = () => Number(process.hrtime.bigint() - start) / 1e9;
	let done = 0;
	do {
		const [message, expected] = list[done % list.length];
		if ((await bot.reply("user", message)) !== expected) counts.wrong++;
		done++;
	} while (elapsed() < Number(seconds));
	return done / elapsed();
}

async function main() {
	const [hits, misses] = fs.readFileSync(messages, "utf8").split("\n---\n").map(exchanges);
	const counts = { wrong: 0 };
	if (global.gc) global.gc();
	const before = process.memoryUsage().rss;
	const start = process.hrtime.bigint();
	const bot = new RiveScript({ onDebug: () => {} });
	await bot.loadDirectory(brain);
	bot.sortReplies();
	const load = Number(process.hrtime.bigint() - start) / 1e9;
	const bytes = process.memoryUsage().rss - before;
	const hitRate = await measure(bot, hits, counts);
	const missRate = await measure(bot, misses, counts);
	console.log(JSON.stringify({
		load_s: load, bytes, hits_per_s: hitRate, misses_per_s: missRate, wrong: counts.wrong,
	}));
}

main();
