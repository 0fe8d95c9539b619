// Writes what a storm will load: node fill.js URI RUN USERS HISTORY. The names are chat-load's for this run.
import process from "node:process";
import { openLog } from "./log.js";

const BULK = 1000;
const [uri, run, users, history] = process.argv.slice(2);
const log = await openLog(uri);
const prefix = `load-${Number(run).toString(16).padStart(8, "0")}`;

function document(user, seq) {
  const name = `${prefix}-${user}`;
  const text = "My parcel has not come yet, could you please look where it";
  return {
    _id: { c: name, s: seq },
    id: `${user}.${seq}`,
    from: name,
    role: "user",
    text: `${text} #${user}.${seq}`.slice(-64),
    at: new Date(),
  };
}

// One message of everybody, then the next one, as they would have come.
let bulk = [];
for (let seq = 1; seq <= Number(history); seq++) {
  for (let user = 0; user < Number(users); user++) {
    bulk.push(document(user, seq));
    if (bulk.length === BULK) await log.fill(bulk.splice(0));
  }
}
if (bulk.length > 0) await log.fill(bulk);
await log.close();
