// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { Plan } from "@cordon/walls";
import { Cell, planFor } from "../src/index.ts";
import { startFailure } from "../src/failure.ts";
import { parseStatusLine, type StatusEvent } from "../src/status-line.ts";
import { startSupervisor } from "../src/supervisor.ts";
import { directoryWith, policyOf } from "./support/cells.ts";

/** Has a changed plan carried out, and reports how the supervisor ended and what it said. */
async function carryOut(plan: Plan): Promise<{ code: number | null; events: StatusEvent[]; stderr: string }> {
  const { process, status } = await startSupervisor(plan, "pipe", false);
  process.stdin?.end();
  assert.ok(process.stderr);
  const [events, stderr] = await Promise.all([text(status), text(process.stderr), once(process, "exit")]);
  return {
    code: process.exitCode,
    events: events.split("\n").flatMap((line) => parseStatusLine(line) ?? []),
    stderr,
  };
}

test("a program that is not there is 127, one that cannot be executed 126, and both name the step", async (t) => {
  const root = directoryWith(t, { "main.js": "", "text.txt": "" });
  const plan = await planFor({ entry: "main.js", directory: root, policy: policyOf([]) });
  const missing = await carryOut({ ...plan, program: `${root}/missing` });
  assert.equal(missing.code, 127);
  assert.deepEqual(missing.events, [
    { event: "failed", step: "exec", errno: "ENOENT", resource: `${root}/missing` },
  ]);
  const text = await carryOut({ ...plan, program: `${root}/main.js` });
  assert.equal(text.code, 126);
  assert.deepEqual(text.events, [
    { event: "failed", step: "exec", errno: "EACCES", resource: `${root}/main.js` },
  ]);
});

test("a step that fails before the program is 125", async (t) => {
  const root = directoryWith(t, { "main.js": "" });
  const plan = await planFor({ entry: "main.js", directory: root, policy: policyOf([]) });
  assert.ok(plan.namespaces);
  const gone = {
    step: "mount",
    source: `${root}/gone`,
    target: `${root}/gone`,
    use: { write: false, execute: false },
    directory: true,
    mapOwner: false,
  } as const;
  const namespaces = { ...plan.namespaces, root: [...plan.namespaces.root, gone] };
  const { code, events } = await carryOut({ ...plan, namespaces });
  assert.equal(code, 125);
  assert.deepEqual(events, [{ event: "failed", step: "mount", errno: "ENOENT", resource: `${root}/gone` }]);
});

test("a link that has appeared where the plan has none is refused, not followed", async (t) => {
  const root = directoryWith(t, { "main.js": "", "secret/key": "", swapped: "-> secret" });
  const plan = await planFor({ entry: "main.js", directory: root, policy: policyOf([]) });
  assert.ok(plan.namespaces);
  const mount = {
    step: "mount",
    source: `${root}/swapped`,
    target: `${root}/swapped`,
    use: { write: false, execute: false },
    directory: true,
    mapOwner: false,
  } as const;
  const { code, events } = await carryOut({
    ...plan,
    namespaces: { ...plan.namespaces, root: [...plan.namespaces.root, mount] },
  });
  assert.equal(code, 125);
  assert.deepEqual(events, [{ event: "failed", step: "mount", errno: "ELOOP", resource: `${root}/swapped` }]);
});

test("a plan that the jail cannot read is 125, with the line", async (t) => {
  const root = directoryWith(t, { "main.js": "" });
  const plan = await planFor({ entry: "main.js", directory: root, policy: policyOf([]) });
  const { code, stderr } = await carryOut({ ...plan, directory: "not/absolute" });
  assert.equal(code, 125);
  assert.match(stderr, /^cordon-jail: plan, line \d+: expected an absolute, normalised path/);
});

test("`Cell.start` rejects with the step, the errno, the resource and what to do", async (t) => {
  const root = directoryWith(t, { "main.js": "" });
  const started = Cell.start({
    entry: "main.js",
    directory: `${root}/main.js`,
    policy: policyOf([`--allow-fs-read=${root}`]),
  });
  await assert.rejects(started, (error: unknown) => {
    assert.ok(error instanceof Error && "code" in error && "details" in error);
    assert.equal(error.code, "ERR_CELL_START");
    assert.match(error.message, /^The cell did not start: directory: /);
    const { step, errno, resource, remedy } = { ...(error.details as Record<string, unknown>) };
    assert.deepEqual([step, resource], ["directory", `${root}/main.js`]);
    assert.match(String(errno), /^E[A-Z]+$/);
    assert.match(String(remedy), /directory/);
    return true;
  });
});

test("every step of a start that fails has a remedy", () => {
  for (const step of [
    "namespaces",
    "mount",
    "landlock",
    "seccomp",
    "exec",
    "directory",
    "cgroup",
    "unheard-of",
  ]) {
    const { details } = startFailure({ event: "failed", step, errno: "EPERM", resource: "/x" });
    assert.ok(details.remedy && details.remedy.length > 20, step);
  }
});
