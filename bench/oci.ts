// SPDX-License-Identifier: Apache-2.0
// `node bench/oci.ts [ROUNDS]`: what a run costs in a container of each OCI runtime's, beside a cell and plain Node.
// Measurements of one run side by side; nothing here is asserted in a test.
import { dirname, join } from "node:path";
import { runtimesDirectory } from "../tools/runtimes/fetch.ts";
import { commandLine, race } from "./contender.ts";
import { median } from "./median.ts";

const ROUNDS = 20;
const hello = join(import.meta.dirname, "programs/hello.js");
const cordon = join(dirname(import.meta.dirname), "packages/cli/bin/cordon.js");
process.env["PATH"] = `${runtimesDirectory()}:${process.env["PATH"] ?? ""}`;

const contenders = [
  commandLine("node hello.js", process.execPath, hello),
  commandLine("cordon run hello.js", process.execPath, cordon, "run", hello),
  // Not crun: Debian's takes no host that has version 1 and version 2 of control groups.
  ...["runc", "runsc"].map((runtime) =>
    commandLine(
      `cordon run --with=${runtime} hello.js`,
      process.execPath,
      cordon,
      "run",
      `--with=${runtime}`,
      hello,
    ),
  ),
];
const rounds = Number(process.argv[2] ?? ROUNDS);
const times = await race(contenders, rounds);
console.log(`median of ${rounds} interleaved rounds, Node ${process.version}`);
for (const [name, values] of times)
  console.log(
    `${name.padEnd(36)} ${median(values).toFixed(1).padStart(7)} ms  (fastest ${Math.min(...values).toFixed(1)})`,
  );
