// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Policy, WallName } from "@cordon/policy";
import type { Host } from "../src/host/index.ts";
import type { Plan } from "../src/plan.ts";
import { allWalls, type Program, resolvePlan } from "../src/resolve.ts";
import { hostWith } from "./support/hosts.ts";
import { policyOf } from "./support/policies.ts";
import { programIn } from "./support/programs.ts";

const sources = (plan: Plan): string[] =>
  plan.namespaces?.root.flatMap((step) => (step.step === "mount" ? [step.source] : [])) ?? [];

const resolve = (
  program: Program,
  policy: Policy = policyOf(),
  host: Host = hostWith(),
  walls: readonly WallName[] = allWalls,
): Plan => resolvePlan(policy, host, program, walls);

test("without a grant nothing of the host is mounted but Node, the runtime and the program itself", (t) => {
  const { root, program } = programIn(t);
  const names = ["node/bin/node", "node/lib/libc.so.6", "runtime", "app/main.js"];
  assert.deepEqual(sources(resolve(program)).sort(), names.map((name) => join(root, name)).sort());
});

test("without a grant no variable of the caller's is in the cell, and with one that one is", (t) => {
  const { program } = programIn(t);
  assert.deepEqual(Object.keys(resolve(program).environment), []);
  const { environment } = resolve(program, policyOf("--allow-env=HOME"));
  assert.equal(environment["HOME"], "/home/ann");
  assert.equal(environment["SECRET"], undefined);
});

test("the program's arguments come last, as they were given", (t) => {
  const { program } = programIn(t);
  const { arguments: args } = resolve(program);
  assert.deepEqual(args.slice(-3), [program.entry, "--port", "80"]);
  assert.equal(args[0], program.node.path);
});

test("a program that is a link is started by the link's name, and both are there", (t) => {
  const { root, program } = programIn(t, { "bin/tool": "-> ../app/main.js" });
  const entry = join(root, "bin/tool");
  const plan = resolve({ ...program, entry });
  assert.equal(plan.arguments.at(-3), entry);
  assert.ok(sources(plan).includes(join(root, "app/main.js")));
  assert.ok(plan.namespaces?.root.some((step) => step.step === "symlink" && step.target === entry));
});

test("a working directory that is named by a link is the one that it leads to", (t) => {
  const { root, program } = programIn(t, { current: "-> app" });
  const plan = resolve({ ...program, directory: join(root, "current") });
  assert.equal(plan.directory, join(root, "app"));
  const steps = plan.namespaces?.root.filter(({ step }) => step === "directory" || step === "anchor");
  assert.deepEqual(steps, [
    { step: "directory", target: join(root, "app") },
    { step: "anchor", target: join(root, "app") },
  ]);
});

test("the policy inside the cell names paths as they were written and as they lead", (t) => {
  const { root, program } = programIn(t, { "real/": "", alias: "-> real" });
  const { message } = resolve(program, policyOf(`--allow-fs-read=${root}/alias`));
  for (const name of ["alias", "real"]) assert.ok(message?.includes(join(root, name)));
});

test("a library is found by the name that it is asked for, or where a granted directory has it", (t) => {
  const { root, program } = programIn(t, {
    "usr/lib/libx.so.6.0.30": "",
    "usr/lib/libx.so.6": "-> libx.so.6.0.30",
  });
  const library = join(root, "usr/lib/libx.so.6.0.30");
  const targetOf = (policy: Policy): string | undefined =>
    resolve({ ...program, node: { ...program.node, libraries: [library] } }, policy).namespaces?.root.find(
      (step) => step.step === "mount" && step.source === library && step.use.execute,
    )?.target;
  assert.equal(targetOf(policyOf()), join(root, "usr/lib/libx.so.6"));
  assert.equal(targetOf(policyOf(`--allow-fs-read=${root}/usr`)), library);
});

test("each wall leaves the plan when it is taken away, and only then", (t) => {
  const { program } = programIn(t);
  const without = (wall: WallName): Plan =>
    resolve(
      program,
      policyOf(),
      hostWith(),
      allWalls.filter((name) => name !== wall),
    );
  const isPermitted = (plan: Plan): boolean => plan.arguments.includes("--permission");
  assert.ok(isPermitted(resolve(program)));
  assert.equal(without("namespaces").namespaces, null);
  assert.ok(without("namespaces").filters !== null && isPermitted(without("namespaces")));
  assert.equal(without("filters").filters, null);
  assert.ok(without("filters").namespaces !== null && isPermitted(without("filters")));
  assert.ok(!isPermitted(without("runtime")));
});

test("what this host cannot enforce is refused, with the wall, the cause and what to do", (t) => {
  const { program } = programIn(t);
  const closed = hostWith({
    userNamespaces: {
      ok: false,
      step: "namespaces",
      errno: "ENOSPC",
      cause: "user.max_user_namespaces is 0",
      remedy: "sysctl user.max_user_namespaces=10000",
    },
  });
  assert.throws(() => resolve(program, policyOf(), closed), {
    code: "ERR_WALL_UNAVAILABLE",
    message: /`namespaces`.*user\.max_user_namespaces is 0/,
    details: { remedy: "sysctl user.max_user_namespaces=10000" },
  });
  assert.equal(resolve(program, policyOf(), closed, ["filters", "runtime"]).namespaces, null);
  const withoutLandlock = hostWith({
    landlock: { abi: 0, errno: "" },
    properties: [
      { name: "landlock", level: "none", by: "the kernel has none", remedy: "boot with lsm=landlock" },
    ],
  });
  assert.throws(() => resolve(program, policyOf(), withoutLandlock), { code: "ERR_WALL_UNAVAILABLE" });
  assert.equal(resolve(program, policyOf(), withoutLandlock, ["namespaces", "runtime"]).filters, null);
});

test("a network grant without the filters' wall is refused: nobody would hold it", (t) => {
  const { program } = programIn(t);
  const policy = policyOf("--allow-net=127.0.0.1:80");
  assert.throws(() => resolve(program, policy, hostWith(), ["namespaces", "runtime"]), {
    code: "ERR_NOT_ENFORCEABLE",
  });
});

test("root gives each cell a user of its own; an ordinary user stays who it is", (t) => {
  const { program } = programIn(t);
  const asRoot = resolve(
    program,
    policyOf(),
    hostWith({ identity: { kind: "root", uid: 0, gid: 0, alone: "own" } }),
  );
  assert.ok(asRoot.identity.perCell && asRoot.identity.uid > 0);
  assert.equal(asRoot.namespaces?.userNamespace, "after-mounts");
  const ordinary = resolve(program);
  assert.deepEqual([ordinary.identity.uid, ordinary.identity.perCell], [1000, false]);
  assert.equal(ordinary.namespaces?.userNamespace, "before-mounts");
});

test("an app is not served without a network of its own", (t) => {
  const { program } = programIn(t);
  for (const walls of [["filters", "runtime"], ["filters"]] as const) {
    assert.throws(() => resolve({ ...program, mode: "serve" }, policyOf(), hostWith(), walls), {
      code: "ERR_NOT_ENFORCEABLE",
      message: /network of its own/,
    });
  }
});

test("an app that is served has the loopback of its own cell", (t) => {
  const { root, program } = programIn(t);
  const plan = resolve({ ...program, mode: "serve" });
  assert.equal(plan.filters?.loopback, "cell");
  assert.equal(plan.arguments.at(-4), join(root, "runtime/serve.cjs"));
  assert.equal(resolve(program).filters?.loopback, "host");
});

test("without `run` nothing is executed or mapped once the program runs", (t) => {
  const { program } = programIn(t);
  const after = (...flags: string[]): unknown[] => {
    const { filters } = resolve(program, policyOf(...flags));
    return [filters?.executeAfterReady, filters?.mapAfterReady];
  };
  assert.deepEqual(after(), [false, false]);
  assert.deepEqual(after("--allow-run=/bin/sh"), [true, true]);
  assert.deepEqual(after(`--allow-addons=${program.entry}`), [false, true]);
});
