// SPDX-License-Identifier: Apache-2.0
// Starts with what it needs to read its configuration, then gives up the rest:
//   cordon run --policy=examples/give-up/cordon.json examples/give-up/main.js
const { readFileSync, openSync, writeSync } = require("node:fs");
const { join } = require("node:path");

const file = join(__dirname, "config.json");
const { greeting, log } = JSON.parse(readFileSync(file, "utf8"));
const output = openSync(log, "a");

const { drop, has } = process.permission;
drop("fs");
drop("env");
drop("worker");

console.log(`${greeting}, ${process.env.USER ?? "whoever you are"}`);
console.log("may read its configuration:", has("fs.read", file));
writeSync(output, "what is open stays open\n");
try {
  readFileSync(file);
} catch (error) {
  console.log(`${error.code}: ${error.message.replaceAll(__dirname, ".")}`);
}
