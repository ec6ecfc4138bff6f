// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { UnixPlan } from "../src/plan.ts";
import { unixSockets } from "../src/unix-sockets.ts";
import { treeOf } from "./support/access.ts";
import { policyOf } from "./support/policies.ts";
import { temporaryTree } from "./support/trees.ts";

async function listen(context: TestContext, path: string): Promise<void> {
  const server = createServer().listen(path);
  await once(server, "listening");
  context.after(() => server.close());
}

function planOf(flags: readonly string[], hasScratch = true): UnixPlan {
  const policy = policyOf(...flags);
  return unixSockets(policy["net.unix"], treeOf(policy).tree, hasScratch);
}

const texts = ({ rules }: UnixPlan): string[] =>
  rules.map(({ allow, covers, path, place }) => `${allow ? "allow" : "deny"} ${covers} ${path} ${place}`);

test("the most specific rule comes first, and a denial before a grant of the same path", (t) => {
  const root = temporaryTree(t, { "a/b/": "" });
  const plan = planOf([
    `--allow-unix=${root}`,
    `--deny-unix=${root}/a`,
    `--allow-unix=${root}/a/b/x.sock`,
    `--deny-unix=${root}/a/b/x.sock`,
    `--allow-unix=${root}/a/b*`,
  ]);
  assert.deepEqual(texts(plan), [
    `deny below ${root}/a/b/x.sock host`,
    `allow below ${root}/a/b/x.sock host`,
    `allow prefix ${root}/a/b host`,
    `deny below ${root}/a host`,
    `allow below ${root} host`,
  ]);
});

test("links in a rule are followed, and what was written leads there too", (t) => {
  const root = temporaryTree(t, {
    "real/": "",
    link: "-> real",
    "real/one.sock": "",
    "named.sock": "-> real/one.sock",
  });
  const plan = planOf([
    `--allow-unix=${root}/link/a.sock`,
    `--allow-unix=${root}/named.sock`,
    `--allow-unix=${root}/link/b*`,
  ]);
  assert.deepEqual(
    new Set(texts(plan)),
    new Set([
      `allow below ${root}/real/a.sock host`,
      `allow below ${root}/real/one.sock host`,
      `allow prefix ${root}/real/b host`,
    ]),
  );
  assert.deepEqual(plan.aliases, [
    { path: `${root}/link/a.sock`, real: `${root}/real/a.sock` },
    { path: `${root}/named.sock`, real: `${root}/real/one.sock` },
    { path: `${root}/link`, real: `${root}/real` },
  ]);
});

test("a granted socket need not be there, but its directory must, unless the grant is optional", (t) => {
  const root = temporaryTree(t);
  assert.deepEqual(texts(planOf([`--allow-unix=${root}/later.sock`])), [
    `allow below ${root}/later.sock host`,
  ]);
  assert.throws(() => planOf([`--allow-unix=${root}/nowhere/later.sock`]), {
    code: "ERR_GRANT_MISSING_PATH",
  });
  const rule = { path: `${root}/nowhere/x`, optional: true, origin: "" };
  assert.deepEqual(unixSockets({ allow: [rule], deny: [] }, treeOf(policyOf()).tree, true).rules, []);
  assert.deepEqual(texts(planOf([`--deny-unix=${root}/nowhere/x`])), [`deny below ${root}/nowhere/x host`]);
});

test("/tmp is the cell's own, and without one it is nothing; what lies in the host's is granted by its own path", () => {
  const flags = ["--allow-unix=/tmp", "--allow-unix=/tmp/x.sock", "--deny-unix=/tmp/y.sock"];
  assert.deepEqual(texts(planOf(flags)), [
    "deny below /tmp/y.sock host",
    "allow below /tmp/x.sock host",
    "allow below /tmp own",
  ]);
  assert.deepEqual(texts(planOf(flags, false)), [
    "deny below /tmp/y.sock host",
    "allow below /tmp/x.sock host",
  ]);
});

test("where the program may write, the sockets that are there are known, and no file is", async (t) => {
  const root = temporaryTree(t, { "open/file": "", "open/inner/": "", "closed/": "" });
  const names = ["open/one.sock", "open/two.sock", "open/inner/three.sock", "closed/four.sock"];
  for (const name of names) await listen(t, join(root, name));
  const write = `--allow-fs-write=${root}/open`;
  const known = (...flags: string[]): readonly string[] =>
    planOf([write, ...flags]).known.map((path) => path.slice(root.length + 1));
  assert.deepEqual(known(`--allow-unix=${root}/open/one.sock`), ["open/one.sock"]);
  assert.deepEqual(known(`--allow-unix=${root}/open`).toSorted(), ["open/one.sock", "open/two.sock"]);
  assert.deepEqual(known(`--allow-unix=${root}/open/t*`), ["open/two.sock"]);
  assert.deepEqual(known(`--allow-unix=${root}/closed`), []);
  assert.deepEqual(planOf([`--allow-unix=${root}/open`]).known, []);
  assert.deepEqual(planOf([write, `--allow-unix=${root}/open/one.sock`]).writable, [`${root}/open`]);
  assert.deepEqual(planOf([write, `--allow-unix=${root}`]).writable, [`${root}/open`]);
  assert.deepEqual(planOf([write, `--allow-unix=${root}/closed`]).writable, []);
});
