// SPDX-License-Identifier: Apache-2.0
// `--with=runsc`: the programs in containers of an OCI runtime's, in place of cells.
import { CordonError } from "@cordon/policy";
import { grantedBy } from "./granted-by.ts";
import type { Container } from "@cordon/cell/oci";
import type { NamedAttack, User, Walls } from "./attack.ts";
import type { CellStart } from "./start-cell.ts";

/** The runtimes that the suite knows. */
export const everyRuntime = ["runc", "crun", "runsc"] as const;
export type Runtime = (typeof everyRuntime)[number];

/**
 * A container is one thing: its namespaces are not taken away, nor is its filter by itself. What is asked besides is
 * whether it holds without the runtime inside.
 */
export const containerWalls: readonly Walls[] = ["all", "-runtime"];

/**
 * Whether a program can be tried in a container: it asks nothing of Cordon's own processes or command line, and not for
 * something to be taken away while it runs, which nobody outside does (docs/oci.md).
 */
export function fitsContainer({ name, attack }: NamedAttack): boolean {
  if (name.startsWith("dropped-")) return false;
  const { within, command, mustNotStart, resolvers, visit, observe } = attack;
  return [within, command, mustNotStart, resolvers, visit, observe].every((each) => each === undefined);
}

/** Starts a container under the grants, which are flags of the command line. */
export async function startContainer({ grants, ...start }: CellStart, runtime: Runtime): Promise<Container> {
  const policy = grantedBy(grants, start.directory);
  const { Container, findRuntime } = await import("@cordon/cell/oci");
  const found = findRuntime(runtime, process.env["PATH"] ?? "/usr/bin:/bin");
  return Container.start({ ...start, policy, with: found, stdio: "pipe" });
}

/**
 * Why a container was refused before anything was started, where that is what is promised: its policy does not carry over,
 * or a limit cannot be held, which Cordon knows of gVisor, and runc finds out by itself.
 */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof CordonError)) return undefined;
  if (error.code === "ERR_NOT_PORTABLE" || error.code === "ERR_LIMIT_UNENFORCEABLE") return error.code;
  const isLimit = error.code === "ERR_CELL_START" && /cannot set \w+ limit/.test(error.message);
  return isLimit ? "ERR_CELL_START" : undefined;
}

/** How gVisor's kernel refuses what the host's refuses otherwise. */
export const containerRefusals: ReadonlySet<string> = new Set(["EFAULT"]);

interface Exception {
  readonly attacks: readonly string[];
  readonly runtimes: readonly Runtime[];
  readonly walls?: readonly Walls[];
  readonly user?: User;
  readonly reason: string;
}

const onHostKernel = ["runc", "crun"] as const;

const exceptions: readonly Exception[] = [
  {
    attacks: ["execve-node-raw"],
    runtimes: everyRuntime,
    reason:
      "native code, which the policy grants here, executes Node once more: without a supervisor execve does not end when the program begins; the new image is in the same container",
  },
  {
    attacks: ["machine-memory-raw", "machine-name-raw", "machine-processors-raw", "machine-uptime"],
    runtimes: onHostKernel,
    reason: "only a supervisor, or a time namespace, answers for the host's kernel",
  },
  {
    attacks: ["machine-by-node"],
    runtimes: onHostKernel,
    walls: ["-runtime"],
    reason: "only a supervisor, or a time namespace, answers for the host's kernel",
  },
  {
    attacks: ["library-directory-executable"],
    runtimes: everyRuntime,
    walls: ["-runtime"],
    reason:
      "the libraries that `run` brings are mapped, and a mount that can be mapped from can be executed from; Landlock, which tells the two apart, is not there",
  },
  {
    attacks: ["swapped-during-set-up"],
    runtimes: everyRuntime,
    reason:
      "the runtime looks a granted path up by its name, later than the policy was read: an accomplice outside who may write beside it can put a link there in between",
  },
  {
    attacks: ["worker-thread"],
    runtimes: everyRuntime,
    walls: ["-runtime"],
    reason: "the kernel cannot tell a worker thread from the threads that Node itself needs",
  },
  {
    attacks: ["ffi-memory"],
    runtimes: everyRuntime,
    walls: ["-runtime"],
    reason: "what a process does in its own memory, with what is loaded already, is no system call",
  },
  {
    attacks: [
      "beside-granted-executable",
      "child-preloaded-library",
      "executable-mapping",
      "protected-mapping",
    ],
    runtimes: ["runsc"],
    reason:
      "gVisor maps files of noexec mounts executable; native code, which the policy grants here, is inside already, and meets gVisor's kernel",
  },
  {
    attacks: [
      "dlopen-beside-granted-addon",
      "dlopen-through-descriptor",
      "dlopen-ungranted",
      "extension-handler",
      "ffi-library-outside",
      "openssl-engine",
      "spawned-beside-granted",
      "cve-2023-30586-openssl-engine",
      "vm-children",
      "sqlite-extension",
      "written-addon",
    ],
    runtimes: ["runsc"],
    walls: ["-runtime"],
    reason:
      "gVisor maps files of noexec mounts executable: that native code does not come in is for the runtime alone, and what it does meets gVisor's kernel",
  },
  {
    attacks: ["setuid-executable"],
    runtimes: everyRuntime,
    user: "ordinary",
    reason:
      "an ordinary user is user 0 of the container from the start, without a capability; outside, still that user",
  },
  {
    attacks: ["machine-memory-raw", "machine-processors-raw"],
    runtimes: ["runsc"],
    reason: "gVisor tells of the host's memory and processors",
  },
  {
    attacks: ["machine-by-node"],
    runtimes: ["runsc"],
    walls: ["-runtime"],
    reason: "gVisor tells of the host's memory and processors",
  },
  {
    attacks: ["chown", "chown-by-descriptor"],
    runtimes: ["runsc"],
    reason:
      "gVisor says yes to a change of owner that changes nothing, and does nothing: the host's file is as it was",
  },
  {
    attacks: ["inodes"],
    runtimes: ["runsc"],
    reason: "gVisor counts a file system's bytes, not its files",
  },
];

/** Why an attack cannot be contained in a container of this runtime's, by nature; `undefined` where it must be. */
export function containerException(
  { name }: NamedAttack,
  runtime: Runtime,
  walls: Walls,
  user: User,
): string | undefined {
  return exceptions.find(
    (one) =>
      one.attacks.includes(name) &&
      one.runtimes.includes(runtime) &&
      (one.walls ?? containerWalls).includes(walls) &&
      (one.user ?? user) === user,
  )?.reason;
}
