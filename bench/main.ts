// SPDX-License-Identifier: Apache-2.0
// `npm run bench [-- ROUNDS]`: what a run costs, beside plain Node and, where it is installed, bubblewrap.
// Measurements of one run side by side; nothing here is asserted in a test.
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { Cell } from "@cordon/cell";
import { mergePolicies } from "@cordon/policy";
import { commandLine, type Contender, race } from "./contender.ts";
import { median } from "./median.ts";

const ROUNDS = 20;
const root = dirname(import.meta.dirname);
const hello = join(import.meta.dirname, "programs/hello.js");
const node = process.execPath;
const policy = mergePolicies();

const plain = commandLine("node hello.js", node, hello);
const cell: Contender = {
  name: "Cell.start, without the command's own Node",
  async run() {
    await using started = await Cell.start({ entry: hello, policy, stdio: "ignore" });
    const { exitCode } = await started.exited;
    if (exitCode !== 0) throw new Error(`the cell ended with ${exitCode}; expected 0`);
  },
};
const command = commandLine(
  "cordon run hello.js",
  node,
  join(root, "packages/cli/bin/cordon.js"),
  "run",
  hello,
);

const bubblewrap = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((directory) => join(directory, "bwrap"))
  .find((path) => existsSync(path));
const peers =
  bubblewrap === undefined
    ? []
    : [
        commandLine(
          "bwrap --unshare-all",
          bubblewrap,
          "--unshare-all",
          "--ro-bind",
          "/",
          "/",
          "--proc",
          "/proc",
          "--dev",
          "/dev",
          node,
          hello,
        ),
      ];

const rounds = Number(process.argv[2] ?? ROUNDS);
const times = await race([plain, cell, command, ...peers], rounds);
const baseline = median(times.get(plain.name) ?? []);
console.log(`median of ${rounds} interleaved rounds, Node ${process.version}`);
for (const [name, values] of times) {
  const middle = median(values);
  const fastest = Math.min(...values);
  console.log(
    `${name.padEnd(44)} ${middle.toFixed(1).padStart(7)} ms  +${(middle - baseline).toFixed(1)} ms  ×${(middle / baseline).toFixed(2)}  (fastest ${fastest.toFixed(1)})`,
  );
}
if (bubblewrap === undefined) console.log("bubblewrap is not installed, so it is not compared.");
