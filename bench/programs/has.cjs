// SPDX-License-Identifier: Apache-2.0
// Nanoseconds of one call of process.permission.has, for each kind of question: the fastest of several batches.
const { has } = process.permission;
const [, , granted, denied] = process.argv;
const questions = {
  "a granted file": ["fs.read", granted],
  "a file that is not granted": ["fs.read", denied],
  "a scope": ["fs.write"],
};
const BATCH = 20_000;
const BATCHES = 15;
const result = {};
for (const [name, [scope, reference]] of Object.entries(questions)) {
  let fastest = Infinity;
  for (let batch = 0; batch < BATCHES; batch++) {
    const start = process.hrtime.bigint();
    for (let call = 0; call < BATCH; call++) has(scope, reference);
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - start) / BATCH);
  }
  result[name] = fastest;
}
if (typeof process.permission.drop === "function" && process.policy !== undefined) {
  const start = process.hrtime.bigint();
  process.permission.drop("fs.read", granted);
  result.drop = Number(process.hrtime.bigint() - start);
}
console.log(JSON.stringify(result));
