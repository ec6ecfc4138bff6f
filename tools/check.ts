// SPDX-License-Identifier: Apache-2.0
// `npm run check` runs every check; `npm run check -- types lint` the ones named. The last line is `N passed, N failed`.
import { dirname } from "node:path";
import { styleText } from "node:util";
import { errorCodes } from "./checks/error-codes.ts";
import { fileNames } from "./checks/file-names.ts";
import { fileSizes } from "./checks/file-sizes.ts";
import { format } from "./checks/format.ts";
import { imports } from "./checks/imports.ts";
import { licences } from "./checks/licences.ts";
import { lint } from "./checks/lint.ts";
import { lockfiles } from "./checks/lockfiles.ts";
import { security } from "./checks/security.ts";
import { types } from "./checks/types.ts";
import { versions } from "./checks/versions.ts";
import { closingLine, exitCodeOf } from "./testing/tally.ts";

const root = dirname(import.meta.dirname);
const checks = [
  format,
  lint,
  types,
  imports,
  versions,
  lockfiles,
  fileNames,
  fileSizes,
  licences,
  errorCodes,
  security,
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(
    `Expected checks among ${checks.map((check) => check.name).join(", ")}; got ${unknown.join(", ")}.`,
  );
  process.exit(1);
}

const tally = { passed: 0, failed: 0 };
for (const check of checks.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const problems = await check.run(root);
  tally[problems.length === 0 ? "passed" : "failed"] += 1;
  const mark = problems.length === 0 ? styleText("green", "✓") : styleText("red", "✗");
  console.log(`${mark} ${check.name}: ${check.claim}`);
  for (const problem of problems) console.log(`    ${problem.replaceAll("\n", "\n    ")}`);
}
process.exitCode = exitCodeOf(tally);
console.log(closingLine(tally));
