// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, readSync } from "node:fs";
import { type LivePolicy, livePolicy } from "./permission/live.ts";
import { type PlainPolicy, type Policy, policyFromPlain, type Scope, type WallName } from "@cordon/policy";

/** The variable in which a thread tells the preload of the worker that it starts about the cell. */
export const CELL_VARIABLE = "CORDON_CELL";

/** Where the supervisor tells it to the program's first thread: in a file without a name, by its mode like no other. */
const DESCRIPTOR = 5;
const MODE = 0o100404n;

/** What is granted of the host by `sys`, as it was when the cell started, and what stands in for the rest. */
export interface SystemFacts {
  readonly memory?: number;
  readonly interfaces?: unknown;
  readonly user?: { readonly homedir: string };
  readonly files?: string;
}

/** What the preload is told. */
export interface CellFacts {
  readonly walls: readonly WallName[];
  /** As it stands now: what is given up is gone from it at once, in every thread. */
  readonly policy: Policy;
  readonly live: LivePolicy;
  readonly mode: "run" | "serve";
  /** Directories of packages that the host has above the program, granted or not: for errors alone. */
  readonly packages: readonly string[];
  /** The scopes that were granted as a whole, with no denial but Cordon's own. */
  readonly whole: readonly Scope[];
  /** What the program may know of the machine, beside what the kernel says. */
  readonly system: SystemFacts;
  /** The limits that an errno tells of, as they are written. */
  readonly limits: Readonly<Record<string, string>>;
  /** Where an audit was asked for: the policy to hold uses against, if there is a second one. */
  readonly audit?: { readonly policy: Policy | undefined };
  /** Whether it was the supervisor that told us, and not the thread that started this one. */
  readonly isMainThread: boolean;
  /** Whether somebody listens on the descriptors of a supervisor: in a container of another runtime nobody does. */
  readonly isSupervised: boolean;
  /** What to tell a worker: the same. */
  readonly textForWorker: string;
}

interface CellMessage {
  readonly version: 1;
  readonly walls: readonly WallName[];
  readonly policy: PlainPolicy;
  readonly mode: "run" | "serve";
  readonly packages?: readonly string[];
  readonly whole?: readonly Scope[];
  readonly system?: SystemFacts;
  readonly limits?: Readonly<Record<string, string>>;
  readonly audit?: { readonly policy?: PlainPolicy };
  readonly thread?: "worker";
  readonly supervisor?: false;
}

/** A child of the program's may have this preload among its flags, and any file of its own on the descriptor. */
function readMessage(): string | undefined {
  let size: bigint;
  try {
    // Big numbers, and no readFileSync, which asks for small ones: Node up to 22 takes links for files from then on.
    const file = fstatSync(DESCRIPTOR, { bigint: true });
    if (file.mode !== MODE || file.nlink !== 0n) return undefined;
    ({ size } = file);
  } catch {
    return undefined; // EBADF
  }
  const bytes = Buffer.allocUnsafe(Number(size));
  let length = 0;
  for (let got = -1; got !== 0 && length < bytes.length; length += got)
    got = readSync(DESCRIPTOR, bytes, length, bytes.length - length, null);
  closeSync(DESCRIPTOR);
  return bytes.toString("utf8", 0, length);
}

/**
 * Takes what the supervisor says from where the program would find it: the descriptor is closed, and in a worker the
 * variable is deleted.
 *
 * @param env the environment
 * @returns undefined outside of a cell, as in a child process that inherited our flags
 * @throws if the text is damaged: a cell whose preload does not know its policy must not start
 */
export function takeCellFacts(env: NodeJS.ProcessEnv): CellFacts | undefined {
  const inherited = env[CELL_VARIABLE];
  if (inherited !== undefined) delete env[CELL_VARIABLE];
  const text = inherited ?? readMessage();
  if (text === undefined) return undefined;
  const message: unknown = JSON.parse(text);
  if (!isCellMessage(message)) {
    throw new Error("Expected a version 1 message of Cordon's supervisor, got something else");
  }
  const {
    walls,
    policy,
    mode,
    packages = [],
    whole = [],
    system = {},
    limits = {},
    audit,
    thread,
    supervisor,
  } = message;
  const live = livePolicy(withListening(policyFromPlain(policy), mode));
  return {
    walls,
    policy: live.policy,
    live,
    mode,
    packages,
    whole,
    system,
    limits,
    ...(audit === undefined
      ? {}
      : { audit: { policy: audit.policy === undefined ? undefined : policyFromPlain(audit.policy) } }),
    isMainThread: thread !== "worker",
    isSupervised: supervisor !== false,
    textForWorker: JSON.stringify({ ...message, thread: "worker" }),
  };
}

/** An app that is served listens without a grant, in a network of its own; it can give that up as if it had one. */
function withListening(policy: Policy, mode: CellFacts["mode"]): Policy {
  if (mode !== "serve") return policy;
  const rule = {
    protocol: "tcp",
    host: { kind: "any" },
    ports: { from: 0, to: 65_535 },
    text: "tcp://*",
    origin: "cordon serve",
  } as const;
  const { allow, deny } = policy["net.listen"];
  return { ...policy, "net.listen": { allow: [...allow, rule], deny } };
}

function isCellMessage(value: unknown): value is CellMessage {
  if (typeof value !== "object" || value === null) return false;
  const { version, walls, policy, mode }: { [K in keyof CellMessage]?: unknown } = value;
  return (
    version === 1 &&
    Array.isArray(walls) &&
    typeof policy === "object" &&
    policy !== null &&
    (mode === "run" || mode === "serve")
  );
}
