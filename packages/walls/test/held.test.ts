// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { AccessRequest, WallName } from "@cordon/policy";
import { type Hold, holdsOf } from "../src/held/index.ts";
import { explainRules } from "../src/held/rules.ts";
import type { Plan } from "../src/plan.ts";
import { allWalls, resolvePlan } from "../src/resolve.ts";
import { hostWith } from "./support/hosts.ts";
import { policyOf } from "./support/policies.ts";
import { temporaryTree } from "./support/trees.ts";

const VERSION = "24.21.0";

interface Given {
  readonly root: string;
  plan(flags: readonly string[], walls?: readonly WallName[], version?: string): Plan;
}

function given(context: TestContext): Given {
  const root = temporaryTree(context, {
    "node/bin/node": "",
    "runtime/preload.cjs": "",
    "app/main.js": "",
    "app/.env": "",
    "app/src/a.js": "",
    "app/build/x.node": "",
  });
  return {
    root,
    plan: (flags, walls = allWalls, version = VERSION) =>
      resolvePlan(
        policyOf(...flags),
        hostWith(),
        {
          node: { path: join(root, "node/bin/node"), version, libraries: [] },
          entry: join(root, "app/main.js"),
          args: [],
          directory: join(root, "app"),
          environment: { PATH: "/usr/bin:/bin", HOME: "/home/ann" },
          mode: "run",
          runtime: {
            directory: join(root, "runtime"),
            preload: join(root, "runtime/preload.cjs"),
            serve: join(root, "runtime/serve.cjs"),
          },
          name: "cordon-1",
        },
        walls,
      ),
  };
}

/** Who refuses, in the order of the walls. */
const refusing = (holds: readonly Hold[]): string =>
  holds
    .filter(({ passes }) => !passes)
    .map(({ wall }) => wall)
    .join(" ");

const by = (holds: readonly Hold[], wall: string): string =>
  holds.find((hold) => hold.wall === wall)?.by ?? "";

test("without a grant each wall that sees an access refuses it by itself", (t) => {
  const { root, plan } = given(t);
  const bare = plan([]);
  const all = "namespaces filters runtime";
  const expected: readonly (readonly [AccessRequest, string])[] = [
    [{ scope: "fs.read", path: join(root, "app/.env") }, all],
    [{ scope: "fs.write", path: join(root, "app/.env") }, all],
    [{ scope: "run", program: "/usr/bin/env" }, all],
    [{ scope: "addon", path: join(root, "app/build/x.node") }, all],
    [{ scope: "net.connect", protocol: "tcp", address: "192.0.2.1", port: 80 }, "namespaces filters"],
    [{ scope: "net.listen", protocol: "tcp", address: "0.0.0.0", port: 80 }, "namespaces filters"],
    [{ scope: "env", name: "HOME" }, "start"],
    [{ scope: "net.unix", path: "/run/x.sock" }, all],
    [{ scope: "sys", name: "hostname" }, all],
    [{ scope: "sys", name: "priority" }, "filters runtime"],
    [{ scope: "worker" }, "runtime"],
    [{ scope: "wasi" }, "runtime"],
    [{ scope: "inspector" }, "runtime"],
  ];
  for (const [request, walls] of expected) {
    assert.equal(refusing(holdsOf(bare, request, VERSION)), walls, JSON.stringify(request));
  }
});

test("what is granted passes every wall, and each says by what", (t) => {
  const { root, plan } = given(t);
  const app = join(root, "app");
  const granted = plan([
    `-R=${app}`,
    `-W=${app}/src`,
    "--allow-net=10.0.0.0/8:443",
    "-E=HOME",
    "--allow-worker",
  ]);
  const read = holdsOf(granted, { scope: "fs.read", path: join(app, "src/a.js") }, VERSION);
  assert.equal(refusing(read), "");
  assert.equal(by(read, "namespaces"), `mounted for writing, noexec at ${app}/src`);
  assert.equal(by(read, "runtime"), `Node: --allow-fs-read=${app}`);
  assert.equal(
    refusing(holdsOf(granted, { scope: "fs.write", path: join(app, "new.js") }, VERSION)),
    "namespaces filters runtime",
  );
  assert.equal(refusing(holdsOf(granted, { scope: "fs.write", path: join(app, "src/new.js") }, VERSION)), "");
  const connect = holdsOf(
    granted,
    { scope: "net.connect", protocol: "tcp", address: "10.1.2.3", port: 443 },
    VERSION,
  );
  assert.equal(refusing(connect), "");
  assert.equal(by(connect, "filters"), "the broker: allow tcp://10.0.0.0/8:443");
  assert.equal(refusing(holdsOf(granted, { scope: "env", name: "HOME" }, VERSION)), "");
  assert.equal(refusing(holdsOf(granted, { scope: "worker" }, VERSION)), "");
});

test("a denial inside a grant is masked and refused by the preload; Landlock spells it out only where nothing is masked", (t) => {
  const { root, plan } = given(t);
  const flags = [`-R=${root}/app`, `--deny-read=${root}/app/.env`];
  const request = { scope: "fs.read", path: join(root, "app/.env") } as const;
  assert.equal(refusing(holdsOf(plan(flags), request, VERSION)), "namespaces runtime");
  const without = holdsOf(plan(flags, ["filters", "runtime"]), request, VERSION);
  assert.equal(refusing(without), "filters runtime");
  assert.equal(by(without, "namespaces"), "taken away with --walls");
});

test("a denial of what is not there yet is the supervisor's and the preload's", (t) => {
  const { root, plan } = given(t);
  const denied = plan([`-R=${root}/app`, `-W=${root}/app`, `--deny-read=${root}/app/later.txt`]);
  const later = holdsOf(denied, { scope: "fs.read", path: join(root, "app/later.txt") }, VERSION);
  assert.equal(refusing(later), "filters runtime");
  assert.match(by(later, "filters"), /the supervisor: .*later\.txt is denied, made or not/);
});

test("what a cell has of its own is not the host's", (t) => {
  const { plan } = given(t);
  const scratch = plan(["-R=/tmp", "-W=/tmp"]);
  const inTmp = { scope: "fs.write", path: "/tmp/x" } as const;
  assert.equal(refusing(holdsOf(scratch, inTmp, VERSION)), "");
  assert.match(
    by(holdsOf(scratch, inTmp, VERSION), "namespaces"),
    /the cell's own \/tmp.*the host's is not there/,
  );
  const passwd = { scope: "fs.read", path: "/etc/passwd" } as const;
  assert.equal(refusing(holdsOf(scratch, passwd, VERSION)), "namespaces runtime");
});

test("a name is the broker's to know, and without its network there is nobody to ask", (t) => {
  const { plan } = given(t);
  const name = (address: string, port = 443): AccessRequest => ({
    scope: "net.connect",
    protocol: "tcp",
    address,
    port,
  });
  const granted = plan(["--allow-net=*.example.com:443", "--deny-net=b.example.com"]);
  assert.equal(refusing(holdsOf(granted, name("a.example.com"), VERSION)), "");
  assert.equal(refusing(holdsOf(granted, name("a.example.com", 80), VERSION)), "namespaces filters");
  assert.equal(refusing(holdsOf(granted, name("b.example.com"), VERSION)), "namespaces filters");
  assert.equal(refusing(holdsOf(granted, name("example.org"), VERSION)), "namespaces filters");
  assert.equal(refusing(holdsOf(plan(["--allow-net=public"]), name("example.org"), VERSION)), "");
  assert.equal(refusing(holdsOf(plan(["--allow-net"]), name("example.org"), VERSION)), "");
  const alone = plan(["--allow-net=192.0.2.1"], ["filters", "runtime"]);
  assert.equal(refusing(holdsOf(alone, name("example.org"), VERSION)), "filters");
});

test("a unix socket is the broker's, and a fact of the machine is every wall's that can keep it", (t) => {
  const { root, plan } = given(t);
  const granted = plan([`--allow-unix=${root}/app/db.sock`, "--allow-sys=cpus"]);
  const socket = holdsOf(granted, { scope: "net.unix", path: join(root, "app/db.sock") }, VERSION);
  assert.equal(refusing(socket), "");
  assert.equal(by(socket, "filters"), `the broker: allow ${root}/app/db.sock`);
  const other = holdsOf(granted, { scope: "net.unix", path: join(root, "app/other.sock") }, VERSION);
  assert.equal(refusing(other), "namespaces filters runtime");
  assert.equal(refusing(holdsOf(granted, { scope: "sys", name: "cpus" }, VERSION)), "");
  assert.equal(
    refusing(holdsOf(granted, { scope: "sys", name: "memory" }, VERSION)),
    "namespaces filters runtime",
  );
});

test("the network's part of Node depends on its version", (t) => {
  const { plan } = given(t);
  const request = { scope: "net.connect", protocol: "tcp", address: "192.0.2.1", port: 80 } as const;
  assert.equal(
    refusing(holdsOf(plan([], allWalls, "25.1.0"), request, "25.1.0")),
    "namespaces filters runtime",
  );
  const other = plan(["--allow-net=192.0.2.2:80"], allWalls, "25.1.0");
  assert.equal(refusing(holdsOf(other, request, "25.1.0")), "namespaces filters");
});

test("each rule of a policy is explained, with the level of each wall", (t) => {
  const { root, plan } = given(t);
  const flags = [
    `-R=${root}/app`,
    `--deny-read=${root}/app/.env`,
    "--allow-net=public:443",
    "--allow-run=*",
    "--allow-worker",
  ];
  const rules = explainRules(policyOf(...flags), plan(flags), "/usr/bin:/bin", VERSION);
  const levels = rules.map(({ scope, effect, walls }) => [
    scope,
    effect,
    ...walls.map(({ wall, level }) => `${wall} ${level}`),
  ]);
  assert.deepEqual(levels, [
    ["fs.read", "allow", "namespaces full", "filters partial", "runtime full"],
    ["fs.read", "deny", "namespaces full", "filters none", "runtime full"],
    ["net.connect", "allow", "namespaces full", "filters full", "runtime none"],
    ["run", "allow", "namespaces full", "filters full", "runtime full"],
    ["worker", "allow", "namespaces none", "filters none", "runtime full"],
  ]);
});
