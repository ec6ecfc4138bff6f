// SPDX-License-Identifier: Apache-2.0
// The host of bench/neighbours.ts, in a process of its own: `host.ts DATA PORT` with the port that apps may call. Says
// its address and the operator's token, and ends with its input.
import { readFileSync } from "node:fs";
import { mergePolicies, parsePolicyFile } from "@cordon/policy";
import { createServer } from "@cordon/server";

const [data = "", port = ""] = process.argv.slice(2);
// What the noisy one needs to make its noise: children, and somewhere to connect to.
const document = parsePolicyFile(
  JSON.stringify({
    allow: { run: [process.execPath], "net.connect": [`127.0.0.1:${port}`] },
    accept: ["limits"],
  }),
  { file: "bench", directory: "/" },
);
await using server = await createServer({
  data,
  listen: "127.0.0.1:0",
  start: "demand",
  policy: mergePolicies(document),
  report: (line) => console.error(line),
});
const url = await server.listen();
console.log(JSON.stringify({ url, token: readFileSync(server.tokenFile, "utf8").trim() }));
await new Promise((resolve) => process.stdin.on("end", resolve).resume());
