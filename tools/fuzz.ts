// SPDX-License-Identifier: Apache-2.0
// `npm run fuzz [-- NAME…] [--seconds=60]`: each fuzzer for so long, from where the last such run has come to.
// `npm run fuzz -- --planted`: plants each mistake of tools/fuzz/planted and looks whether its fuzzer finds it.
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { findInC } from "./fuzz/planted/find-in-c.ts";
import { findInTs } from "./fuzz/planted/find-in-ts.ts";
import { plantedInC } from "./fuzz/planted/in-c.ts";
import { plantedInTs } from "./fuzz/planted/in-ts.ts";
import { targets } from "./fuzz/targets/index.ts";
import { runProgram } from "./testing/program.ts";

const root = dirname(import.meta.dirname);
const { values, positionals } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, planted: { type: "boolean", default: false } },
  allowPositionals: true,
});
const inC = readdirSync(join(root, "jail/fuzz")).flatMap((file) => /^(\w+)_fuzz\.c$/.exec(file)?.[1] ?? []);
const inTs = targets.map(({ name }) => name);
const unknown = positionals.filter((name) => ![...inC, ...inTs].includes(name));
if (unknown.length > 0 || !/^[1-9]\d*$/.test(values.seconds)) {
  console.error(
    `Expected fuzzers among ${[...inC, ...inTs].join(", ")} and --seconds=N; got ${[...unknown, values.seconds].join(", ")}.`,
  );
  process.exit(1);
}
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);

const tell = ({ output, exitCode }: { output: string; exitCode: number }): void => {
  console.log(output.trimEnd());
  if (exitCode !== 0) process.exitCode = 1;
};
if (values.planted) {
  for (const [all, find] of [
    [plantedInC, findInC],
    [plantedInTs, findInTs],
  ] as const)
    for (const planted of all.filter(({ fuzzer }) => wanted(fuzzer))) {
      const { isFound } = await find(root, planted);
      console.log(
        `${isFound ? "ok  " : "FAIL"} ${planted.fuzzer}: ${planted.file} without ${planted.from.trim()}`,
      );
      if (!isFound) process.exitCode = 1;
    }
} else {
  const chosen = inC.filter(wanted);
  if (chosen.length > 0)
    tell(
      await runProgram(
        "make",
        ["-s", "-C", join(root, "jail"), "fuzz", `SECONDS=${values.seconds}`, `FUZZERS=${chosen.join(" ")}`],
        root,
      ),
    );
  for (const name of inTs.filter(wanted)) {
    const kept = join(root, "jail/build/fuzz", name);
    tell(
      await runProgram(
        process.execPath,
        [join(root, "tools/fuzz/run-target.ts"), name, values.seconds, kept],
        root,
      ),
    );
  }
}
