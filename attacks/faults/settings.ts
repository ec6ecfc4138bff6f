// SPDX-License-Identifier: Apache-2.0
// The plans whose set-up is made to fail: between them they take every step that a jail has.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planFor } from "@cordon/cell";
import type { Policy, WallName } from "@cordon/policy";
import { grantedBy } from "../harness/granted-by.ts";
import type { Plan } from "@cordon/walls";
import type { Fault, Reached } from "./jail.ts";

const witness = join(import.meta.dirname, "../../jail/build/fault-witness");
// Landlock's rights to execute and to read a file (landlock(7)).
const RUN_RIGHTS = 5;

/** A plan whose program is the witness, and what it must not reach. */
export interface Setting {
  readonly name: string;
  readonly plan: Plan;
  /** Faults that lead where an undisturbed run does not come: what an older kernel or a container refuses. */
  readonly before: (reached: readonly Reached[]) => readonly Fault[];
}

/** Where the settings' files lie; what a cell could leave behind, it would leave here. */
export interface Ground extends AsyncDisposable {
  readonly root: string;
  readonly port: number;
}

/** Lays out what the settings need, and listens on a port that no cell may reach. */
export async function layGround(): Promise<Ground> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "cordon-faults-")));
  chmodSync(root, 0o755);
  for (const name of ["app", "app/write", "app/denied", "outside"]) {
    mkdirSync(join(root, name));
    chmodSync(join(root, name), 0o755);
  }
  for (const name of ["app/main.js", "app/denied/file", "app/hidden.txt", "outside/secret"])
    writeFileSync(join(root, name), "contents", { mode: 0o644 });
  copyFileSync(witness, join(root, "app/witness"));
  chmodSync(join(root, "app/witness"), 0o755);
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    root,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      rmSync(root, { recursive: true, force: true });
      server.close();
      await once(server, "close");
    },
  };
}

const bounds = ["--limit-memory=256MB", "--limit-open-files=512", "--limit-wall-time=20s", "--accept=limits"];
const limits = [...bounds, "--limit-processes=64", "--limit-output=10MB"];
const files = [
  "--allow-fs-read={root}/app",
  "--allow-fs-write={root}/app/write",
  "--deny-fs-read={root}/app/denied",
  "--deny-fs-read={root}/app/hidden.txt",
];
const missing = ["--deny-fs-write={root}/app/write/not-there"];
const network = ["--allow-net=127.0.0.1:1", "--allow-listen=127.0.0.1:0-65535"];
const names = ["--allow-net=example.com:443"];
const everything = ["--allow-fs-read=/", "--deny-fs-read={root}/outside"];

/** The call of `name` in `place` fails with `what`, where it is come to first. */
function refusing(place: string, name: string, what: string): Setting["before"] {
  return (reached) => {
    const found = reached.find(({ site }) => site.function === place && site.call === name);
    if (found === undefined) throw new Error(`Expected the set-up to come to ${name} in ${place}`);
    return [{ process: found.process, number: found.number, what }];
  };
}

interface Wanted {
  readonly before?: Setting["before"];
  /** What the planner has no reason to write here, and another host's would. */
  readonly also?: (plan: Plan) => Plan;
  readonly name: string;
  readonly walls: readonly WallName[];
  readonly flags: readonly string[];
  readonly mode?: "serve" | "record";
}

const same = (plan: Plan): Plan => plan;

/** A pin, a directory that is not there, and a plan of more than one read. */
function withMore(plan: Plan): Plan {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(plan.program, { bigint: true });
  const [device, inode, bytes] = [String(dev), String(ino), String(size)];
  const pin = {
    path: plan.program,
    sha256: "",
    device,
    inode,
    size: bytes,
    modified: String(mtimeNs),
    changed: String(ctimeNs),
  };
  const root = [...(plan.namespaces?.root ?? []), { step: "directory", target: "/made" } as const];
  return {
    ...plan,
    pins: [pin],
    namespaces: plan.namespaces && { ...plan.namespaces, root },
    arguments: [...plan.arguments, "x".repeat(100_000)],
  };
}

/** A cgroup of the second version, which a process can be born in. */
function inUnifiedCgroup(plan: Plan): Plan {
  const directory = join(unifiedCgroups() ?? "", `cordon-faults-${process.pid}`);
  const steps = [
    { step: "make", directory },
    { step: "join", file: join(directory, "cgroup.procs") },
  ] as const;
  return { ...plan, cgroup: { steps, gauges: {}, freezer: null } };
}

/** Where cgroup v2 is mounted and ours to make directories in. */
function unifiedCgroups(): string | undefined {
  const places = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];
  return process.getuid?.() === 0
    ? places.find((place) => existsSync(join(place, "cgroup.controllers")))
    : undefined;
}

const wanted: readonly Wanted[] = [
  {
    name: "all walls",
    walls: ["namespaces", "filters", "runtime"],
    flags: [...limits, ...files, ...missing, ...network, ...names],
  },
  {
    name: "served",
    walls: ["namespaces", "filters", "runtime"],
    flags: [...files, ...names],
    mode: "serve",
    also: withMore,
  },
  { name: "−filters", walls: ["namespaces", "runtime"], flags: [...limits, ...files] },
  {
    name: "−namespaces",
    walls: ["filters", "runtime"],
    flags: [...bounds, "--allow-fs-read={root}/app", ...network],
  },
  { name: "runtime alone", walls: ["runtime"], flags: ["--limit-memory=256MB", "--accept=limits"] },
  { name: "everything readable", walls: ["namespaces", "filters", "runtime"], flags: everything },
  {
    name: "in a container",
    walls: ["namespaces", "filters"],
    flags: [],
    before: refusing("listener_can_be_taken", "SYS_pidfd_getfd", "EPERM"),
  },
  {
    name: "before Linux 6.3",
    walls: ["namespaces", "runtime"],
    flags: files,
    before: refusing("fd_memory", "memfd_create", "EINVAL"),
  },
  ...(unifiedCgroups() === undefined
    ? []
    : [{ name: "in a unified cgroup", walls: ["namespaces"], flags: [], also: inUnifiedCgroup } as const]),
  { name: "recorded", walls: [], flags: [], mode: "record" },
];

function policyOf(flags: readonly string[], root: string): Policy {
  return grantedBy(
    flags.map((flag) => flag.replaceAll("{root}", root)),
    root,
  );
}

/** The witness in the place of Node, executable wherever the plan has a say in that. */
function withWitness(plan: Plan, { root, port }: Ground): Plan {
  const program = join(root, "app/witness");
  const mount = {
    step: "mount",
    source: program,
    target: program,
    use: { write: false, execute: true },
    directory: false,
    mapOwner: false,
  } as const;
  const { namespaces, filters } = plan;
  const landlock = filters && {
    ...filters.landlock,
    paths: [...filters.landlock.paths, { path: program, rights: RUN_RIGHTS }],
  };
  return {
    ...plan,
    namespaces: namespaces && { ...namespaces, root: [...namespaces.root, mount] },
    filters: filters && landlock && { ...filters, landlock },
    directory: "/",
    program,
    arguments: ["witness", join(root, "outside/secret"), String(port), plan.walls.join()],
  };
}

/** The settings, for the user that this process is. Cells of one plan run one after the other: its cgroups have names. */
export async function makeSettings(ground: Ground): Promise<readonly Setting[]> {
  const { root } = ground;
  const settings: Setting[] = [];
  for (const { name, walls, flags, mode, before, also } of wanted) {
    const options = { entry: "main.js", directory: join(root, "app"), walls, policy: policyOf(flags, root) };
    const plan = await planFor({ ...options, ...(mode === undefined ? {} : { mode }) });
    settings.push({ name, plan: (also ?? same)(withWitness(plan, ground)), before: before ?? (() => []) });
  }
  return settings;
}
