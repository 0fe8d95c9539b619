// The npm package `rivescript` behind the same line protocol as `rivescript --json`, so that the
// suites and the differential test talk to both alike. Besides messages it takes
// {"brain": [source, ...]}, which starts over with another brain and answers {"status", "reply"}.
//
// usage: node rivescript_json.js [--utf8] [--case] [--depth N] [--spec-order] [FOLDER]
"use strict";

const fs = require("fs");
const path = require("path");
const readline = require("readline");
const RiveScript = require("rivescript");
const sorting = require("rivescript/src/sorting");

const flags = process.argv.slice(2);
const has = (flag) => flags.includes(flag);
const after = (flag) => (has(flag) ? flags[flags.indexOf(flag) + 1] : undefined);

// The package means to sort triggers of equally many words by length, but compares arrays, so they
// stay in order of definition. This puts them into the specification's order beforehand.
if (has("--spec-order")) {
	const original = sorting.sortTriggerSet;
	const text = (trigger) => trigger[0].replace(/\{inherits=\d+\}/g, "");
	sorting.sortTriggerSet = (triggers, ...rest) => {
		triggers.sort((a, b) => text(b).length - text(a).length ||
			(text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
		return original(triggers, ...rest);
	};
}

function make(sources, options) {
	const bot = new RiveScript({
		utf8: options.utf8, caseSensitive: options.case,
		depth: options.depth, onDebug: () => {},
	});
	const errors = [];
	for (const source of sources) bot.stream(source, (error) => errors.push(String(error)));
	bot.sortReplies();
	return { bot, errors };
}

async function variables(bot, user) {
	const all = (await bot.getUservars(user)) || {};
	const shown = {};
	for (const [name, value] of Object.entries(all))
		if (!name.startsWith("__") && value !== undefined) shown[name] = String(value);
	return shown;
}

async function main() {
	const options = { utf8: has("--utf8"), case: has("--case"), depth: after("--depth") };
	const folder = flags.filter((f) => !f.startsWith("--") && f !== after("--depth"))[0];
	let current = null;
	if (folder) {
		const files = fs.readdirSync(folder).filter((f) => /\.(rive|rs)$/.test(f)).sort();
		current = make(files.map((f) => fs.readFileSync(path.join(folder, f), "utf8")), options);
		if (current.errors.length) {
			console.error(current.errors.join("\n"));
			process.exitCode = 1;
			return;
		}
	}
	for await (const line of readline.createInterface({ input: process.stdin })) {
		const request = JSON.parse(line);
		let answer;
		if (request.brain) {
			current = make(request.brain, { ...options, ...request.options });
			answer = { status: current.errors.length ? "error" : "ok", reply: current.errors.join("\n") };
		} else {
			const user = request.username || "localuser";
			if (request.vars) await current.bot.setUservars(user, request.vars);
			const reply = await current.bot.reply(user, request.message);
			answer = { status: "ok", reply, vars: await variables(current.bot, user) };
		}
		process.stdout.write(JSON.stringify(answer) + "\n");
	}
}

main();
