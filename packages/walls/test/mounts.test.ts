// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { isWithin } from "../src/access.ts";
import { resolveLinks } from "../src/links.ts";
import { refusePrivateGrants, rootSteps } from "../src/mounts.ts";
import type { RootStep } from "../src/plan.ts";
import type { ProgramFiles } from "../src/program-files.ts";
import { treeOf } from "./support/access.ts";
import { policyOf } from "./support/policies.ts";
import { makeRegularTree, pathFlags, removeTree } from "./support/random-trees.ts";
import { temporaryTree } from "./support/trees.ts";

const noFiles: ProgramFiles = { mounts: [], links: [] };
const own = {
  scratch: { bytes: 1_048_576, inodes: 256 },
  uid: 1000,
  gid: 1000,
  user: { name: "cordon", home: "/tmp", shell: "/sbin/nologin" },
};

function stepsOf(
  flags: readonly string[],
  files: ProgramFiles = noFiles,
  directory = "/",
): readonly RootStep[] {
  const { tree, paths } = treeOf(policyOf(...flags));
  return rootSteps(tree, paths.links, files, own, false, directory);
}

/** How a path would be met in a cell: by the last step that stands at or above it. */
function met(steps: readonly RootStep[], path: string): RootStep | undefined {
  return steps.filter(({ step, target }) => step !== "symlink" && isWithin(path, target)).at(-1);
}

const at = (steps: readonly RootStep[], target: string): RootStep | undefined =>
  steps.find((step) => step.target === target);

test("the working directory is a mount of its own wherever something of it could be given up", (t) => {
  const root = temporaryTree(t, { "app/sub/": "" });
  const anchored = (flags: readonly string[], directory: string): boolean =>
    stepsOf(flags, noFiles, directory).some(({ step }) => step === "anchor");
  const flags = [`--allow-fs-read=${root}/app`];
  assert.ok(!anchored(flags, join(root, "app")));
  assert.ok(anchored(flags, join(root, "app/sub")));
  assert.ok(anchored([], "/tmp/somewhere"));
  assert.ok(!anchored([], "/srv") && !anchored(flags, "/") && !anchored([], "/tmp"));
});

const regular = makeRegularTree();
after(() => removeTree(regular.root));
const kinds = ["--allow-fs-read", "--deny-fs-read", "--allow-fs-write", "--deny-fs-write"];

test("what is denied is not mounted, and what is granted is met with the right to write that it has", () => {
  fc.assert(
    fc.property(pathFlags(regular.paths, kinds), (flags) => {
      const { tree, paths } = treeOf(policyOf(...flags));
      const steps = rootSteps(tree, paths.links, noFiles, own, false, "/");
      for (const path of regular.paths) {
        const { read, write } = tree.at(path);
        const step = met(steps, path);
        const message = `${path} under ${flags.join(" ")}: ${JSON.stringify(step)}`;
        if (!read && !write) assert.notEqual(step?.step, "mount", message);
        else assert.ok(step?.step === "mount" && step.use.write === write, message);
      }
    }),
    { numRuns: 300 },
  );
});

test("nothing is put in place before what lies above it", () => {
  fc.assert(
    fc.property(pathFlags([...regular.paths, "/", "/etc", "/tmp", "/usr"], kinds), (flags) => {
      const steps = stepsOf(flags);
      for (const [index, { target }] of steps.entries()) {
        const late = steps
          .slice(index + 1)
          .find(
            (other) =>
              other.target !== target && isWithin(target, other.target) && other.step !== "directory",
          );
        assert.equal(late, undefined, `${target} under ${flags.join(" ")}`);
      }
    }),
    { numRuns: 200 },
  );
});

test("by default a cell has its own /tmp, /proc, /dev and /etc, and nothing of the host's", () => {
  const steps = stepsOf([]);
  assert.equal(at(steps, "/tmp")?.step, "tmpfs");
  assert.equal(at(steps, "/proc")?.step, "proc");
  assert.equal(at(steps, "/dev/null")?.step, "device");
  assert.equal(at(steps, "/etc/passwd")?.step, "file");
  assert.deepEqual(
    steps.filter(({ step }) => step === "mount"),
    [],
  );
});

test("a granted /tmp is the host's", () => {
  const steps = stepsOf(["--allow-fs-write=/tmp"]);
  assert.equal(steps.filter(({ target }) => target === "/tmp").length, 1);
  assert.equal(at(steps, "/tmp")?.step, "mount");
});

test("a grant inside the private /tmp is mounted after it", (t) => {
  const root = temporaryTree(t, { file: "" });
  const steps = stepsOf([`--allow-fs-read=${root}`]);
  const targets = steps.map(({ target }) => target);
  assert.ok(targets.indexOf("/tmp") < targets.indexOf(root));
});

test("a granted /etc is the host's, and its own files stay out of it, but for the nameserver that a cell has", () => {
  const steps = stepsOf(["--allow-fs-read=/etc"]);
  assert.deepEqual(
    steps.filter(({ target }) => isWithin(target, "/etc")).map(({ step }) => step),
    resolveLinks("/etc/resolv.conf").real === "/etc/resolv.conf" ? ["mount", "file"] : ["mount"],
  );
  const denied = stepsOf(["--allow-fs-read=/etc", "--deny-fs-read=/etc/passwd"]);
  assert.deepEqual(
    denied.filter(({ target }) => target === "/etc/passwd").map(({ step }) => step),
    ["mask"],
  );
  // One file of it is the host's, the others are the cell's own.
  const one = stepsOf(["--allow-fs-read=/etc/passwd"]);
  assert.equal(at(one, "/etc/passwd")?.step, "mount");
  assert.equal(at(one, "/etc/group")?.step, "file");
});

test("the whole file system may be granted: its root first, and the cell's own /proc and devices over it", () => {
  const steps = stepsOf(["--allow-fs-read=/"]);
  assert.equal(steps[0]?.target, "/");
  assert.equal(at(steps, "/proc")?.step, "proc");
  assert.equal(at(steps, "/dev/null")?.step, "device");
});

test("a cell's own /proc and /dev are never the host's, and to ask for more of the host's is an error", () => {
  const steps = stepsOf(["--allow-fs-read=/proc", "--allow-fs-write=/dev"]);
  assert.equal(steps.filter(({ step }) => step === "mount").length, 0);
  const { paths } = treeOf(policyOf("--allow-fs-read=/proc/cpuinfo"));
  assert.throws(() => refusePrivateGrants(paths.read.allow), {
    code: "ERR_NOT_ENFORCEABLE",
    message: /^--allow-fs-read=\/proc\/cpuinfo: /,
  });
});

test("a denied directory is masked; with a grant inside it is covered by one that holds that grant alone", (t) => {
  const root = temporaryTree(t, { "denied/open/file": "", "denied/other": "" });
  const deny = [`--allow-fs-read=${root}`, `--deny-fs-read=${root}/denied`];
  assert.deepEqual(at(stepsOf(deny), join(root, "denied")), {
    step: "mask",
    target: join(root, "denied"),
    directory: true,
  });
  const steps = stepsOf([...deny, `--allow-fs-read=${root}/denied/open`]);
  assert.equal(at(steps, join(root, "denied"))?.step, "tmpfs");
  assert.equal(at(steps, join(root, "denied/open"))?.step, "mount");
  assert.equal(met(steps, join(root, "denied/other"))?.step, "tmpfs");
});

test("what the cell needs in a denied directory has its place there: Node's files, links, the working directory", (t) => {
  const root = temporaryTree(t, { "denied/link": "-> ../open", "open/": "", "bin/node": "" });
  const flags = [`--allow-fs-read=${root}`, `--deny-fs-read=${root}/denied`];
  const kindOf = (steps: readonly RootStep[]): string | undefined => at(steps, join(root, "denied"))?.step;
  const node = {
    source: join(root, "bin/node"),
    target: join(root, "denied/node"),
    use: "execute" as const,
    directory: false,
  };
  assert.equal(kindOf(stepsOf(flags)), "mask");
  assert.equal(kindOf(stepsOf(flags, { mounts: [node], links: [] })), "tmpfs");
  assert.equal(kindOf(stepsOf(flags, noFiles, join(root, "denied/work"))), "tmpfs");
  const linked = stepsOf([...flags, `--allow-fs-read=${root}/denied/link`]);
  assert.equal(kindOf(linked), "tmpfs");
  assert.deepEqual(linked.at(-6), { step: "symlink", text: "../open", target: join(root, "denied/link") });
});

test("writing inside reading, and reading inside writing, are mounts of their own", (t) => {
  const root = temporaryTree(t, { "read/write/": "", "write/read/": "" });
  const steps = stepsOf([
    `--allow-fs-read=${root}`,
    `--allow-fs-write=${root}/read/write`,
    `--allow-fs-write=${root}/write`,
    `--deny-fs-write=${root}/write/read`,
  ]);
  const writable = (name: string): unknown => {
    const step = at(steps, join(root, name));
    return step?.step === "mount" ? step.use.write : step?.step;
  };
  assert.equal(writable(""), false);
  assert.equal(writable("read/write"), true);
  assert.equal(writable("write"), true);
  assert.equal(writable("write/read"), false);
});

test("a link to what is granted is made where the cell has none, also in its own /tmp", (t) => {
  const root = temporaryTree(t, {
    "store/dep/index.js": "",
    "app/node_modules": "-> ../store",
    "app/main.js": "-> ../store/dep/index.js",
  });
  const linked = stepsOf([`--allow-fs-read=${root}/app/node_modules`]);
  assert.deepEqual(at(linked, join(root, "app/node_modules")), {
    step: "symlink",
    text: "../store",
    target: join(root, "app/node_modules"),
  });
  assert.equal(at(linked, join(root, "store"))?.step, "mount");
  // Inside a mounted directory the link is there already.
  const mounted = stepsOf([`--allow-fs-read=${root}/app`, `--allow-fs-read=${root}/app/node_modules`]);
  assert.equal(at(mounted, join(root, "app/node_modules")), undefined);
});

test("no target leads through a link", (t) => {
  const root = temporaryTree(t, { "real/a/b/": "", link: "-> real", "real/again": "-> a" });
  const steps = stepsOf([`--allow-fs-read=${root}/link/again/b`, `--allow-fs-write=${root}/link/a`]);
  const links = new Set(steps.filter(({ step }) => step === "symlink").map(({ target }) => target));
  assert.equal(links.size, 2);
  for (const { target } of steps) {
    for (let path = dirname(target); path !== "/"; path = dirname(path)) assert.ok(!links.has(path), target);
  }
});

test("programs are executable where `run` says so, and nothing else is", (t) => {
  const root = temporaryTree(t, { data: "" });
  const steps = stepsOf([`--allow-fs-read=${root}`, "--allow-run=/bin/sh"]);
  for (const step of steps) {
    if (step.step === "mount") assert.equal(step.use.execute, step.target !== root, step.target);
  }
});

test("any program granted, nothing else granted: nothing of the host's is mounted", () => {
  assert.deepEqual(
    stepsOf(["--allow-run=*"]).filter(({ target, step }) => target === "/" || step === "mount"),
    [],
  );
});
