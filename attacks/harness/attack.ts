// SPDX-License-Identifier: Apache-2.0
import type { Cell } from "@cordon/cell";
import type { Inside } from "./inside.ts";

/**
 * The walls that are up in one run: all, or all but the one named; `floor` is without namespaces too, and on a host on
 * which none can be made (harness/floor.ts).
 */
export type Walls = "all" | "-namespaces" | "-filters" | "-runtime" | "floor";
export const everyWalls: readonly Walls[] = ["all", "-namespaces", "-filters", "-runtime", "floor"];
const wallNames = ["namespaces", "filters", "runtime"] as const;

/** The column of the wall that is missing; what is excepted in it is excepted on the floor. */
export const missingWall = (walls: Walls): Walls => (walls === "floor" ? "-namespaces" : walls);

/** The walls that stand in a column. */
export const standing = (walls: Walls): readonly (typeof wallNames)[number][] =>
  wallNames.filter((wall) => missingWall(walls) !== `-${wall}`);

/** Who starts the cell: root with the whole range of uids, or somebody without any privilege. */
export type User = "root" | "ordinary";
export const everyUser: readonly User[] = ["root", "ordinary"];

/** Paths of what `attacks/native` builds. */
export interface NativeFiles {
  readonly addon: string;
  readonly tool: string;
  readonly dynamicTool: string;
  readonly library: string;
  /** Runs a command as on a host on which less is allowed. */
  readonly confine: string;
  /** An executable with the setuid bit, and the uid that it would give. */
  readonly setuid: { readonly path: string; readonly uid: number };
}

/** The prepared directory of one run. Every run has one of its own, with random secrets. */
export interface Site {
  readonly user: User;
  /** True in the run without walls, in which the attack must work. */
  readonly isControl: boolean;
  readonly directory: string;
  /** The hostile program: what every policy lets it read. */
  readonly program: string;
  /** A directory with `file.txt` in it, for policies that grant something. */
  readonly granted: string;
  /** A directory that no policy grants, with the secret in it. Nothing in it may change. */
  readonly outside: string;
  readonly secret: string;
  readonly native: NativeFiles;
  /** A copy of Node that the attack may spoil, made at first use. */
  readonly spoilableNode: () => string;
}

/** Values that a program is told: JSON. */
export type Values = Readonly<Record<string, string | number>>;

/** What an attack puts up on the host's side before a run. */
export interface Prepared {
  readonly values: Values;
  /** After the run: what happened on the host that must not have, or undefined. */
  readonly harmed?: () => Promise<string | undefined> | string | undefined;
  readonly dispose?: () => Promise<void> | void;
}

/**
 * What shows that an attack worked; in the control it must show, in a cell none of the four may.
 * - `secret`: the secret's text came out of the program
 * - `outside`: something in the directory `outside` changed
 * - `host`: `harmed()` says so
 * - `word`: there is only the program's word (a system call that answered with success)
 */
export type Proof = "secret" | "outside" | "host" | "word";

/** A run without walls that cannot succeed, and why. */
export interface NoControl {
  readonly none: string;
}

/** How a client reaches a program that is served: through the gateway, or in the control as it is. */
export interface Door {
  /** Sends a request with these lines of headers, and returns all that comes back. */
  readonly exchange: (method: string, path: string, headers?: string) => Promise<Buffer>;
  /** What the host shows of the program's output. */
  readonly log: () => Promise<Buffer>;
  readonly hostAnswers: () => Promise<boolean>;
}

/** Looks at a served program as its client does; says what must not have come out, or undefined. */
export type Visit = (door: Door, site: Site) => Promise<string | undefined>;

/** A column that cannot hold, and why. */
export interface Exception {
  readonly walls: Walls;
  /** Default: both kinds. */
  readonly user?: User;
  /** Only on kernels before this one, as major and minor number. */
  readonly before?: readonly [number, number];
  readonly reason: string;
}

export interface Attack {
  /** One sentence, the claim that holds if the attack is contained. */
  readonly claim: string;
  readonly proof: Proof;
  /** The grants it runs under, as flags of the command line. Default: none at all. */
  readonly grants?: (site: Site, values: Values) => readonly string[];
  /** The program is served: it listens on the port `port` of its values, and this is its client. */
  readonly visit?: Visit;
  /** Listens to what the host learns of the cell; says afterwards what must not have come out, or undefined. */
  readonly observe?: (cell: Cell) => () => string | undefined;
  /** The environment of the host, of which the policy may let names through. */
  readonly environment?: (site: Site, values: Values) => Readonly<Record<string, string>>;
  readonly prepare?: (site: Site) => Promise<Prepared> | Prepared;
  /** The hostile program. It is carried over as text, so it must not reach outside itself. */
  readonly program: (cell: Inside) => unknown;
  /** Refusals that are as good as those every attack may meet (harness/refusals.ts). */
  readonly refusals?: readonly string[];
  /** The program may end without a word, killed by a limit or by the kernel. */
  readonly endsSilently?: boolean;
  /** The cell may refuse to start, with one of these codes. */
  readonly startRefusals?: readonly string[];
  /** Milliseconds after which an endless program counts as having succeeded; in a cell, which may start slowly, four times that. */
  readonly survivesFor?: number;
  readonly control?: Partial<Record<User, NoControl>>;
  /** Walls without which it cannot be contained, by nature, and why. */
  readonly exceptions?: readonly Exception[];
  /** Runs on this Node (a name in attacks/versions), with that Node's own permission model in the control. */
  readonly version?: {
    readonly node: string;
    /** What the permission model of that Node grants in the control. */
    readonly grants?: (site: Site) => {
      readonly read?: readonly string[];
      readonly write?: readonly string[];
    };
    /** Flags of the control in place of the permission model's: what was bypassed is another mechanism. */
    readonly flags?: (site: Site) => readonly string[];
  };
  /** Once more in the column of all walls, with the runtime alone: what is asked is whether the runtime is fooled. */
  readonly runtimeAlone?: boolean;
  /** Needs what attacks/versions installs, beside the Node of `version`. */
  readonly oldPackages?: boolean;
  /** The cell must refuse to start, with exit code 125 and a message in which this is found. */
  readonly mustNotStart?: RegExp;
  /** Runs this word of the command line (after `cordon`) in place of `Cell.start`; needs `within`. */
  readonly command?: (site: Site, walls: readonly string[]) => readonly string[];
  /** Puts words before the command that starts the program or its cell, which is then a process of its own. */
  readonly within?: (site: Site, command: readonly string[]) => readonly string[];
  /** The nameservers that the cell's broker asks. */
  readonly resolvers?: (values: Values) => readonly string[];
  /** Runs on the copy of Node that may be spoilt. */
  readonly onSpoilableNode?: boolean;
}

/** An attack with the name and class that its file's place gives it. */
export interface NamedAttack {
  readonly name: string;
  readonly class: number;
  readonly attack: Attack;
}

/** The flags that let a program load the addon for raw system calls, and nothing else. */
export function nativeGrants(site: Site): readonly string[] {
  return [`--allow-fs-read=${site.native.addon}`, `--allow-addons=${site.native.addon}`];
}

/** The outcome of one run, one line of `--json`. */
export interface Outcome {
  readonly attack: string;
  readonly class: number;
  readonly walls: Walls;
  readonly user: User;
  /** The OCI runtime in whose container it ran, in place of a cell. */
  readonly with?: string;
  readonly control: "succeeded" | "none" | "elsewhere" | "failed";
  readonly result: "contained" | "escaped" | "not run";
  readonly by: string;
  readonly milliseconds: number;
  /** Why this escape is accepted: without that wall it cannot be contained by nature. */
  readonly exception?: string;
}

/** Whether an outcome lets the suite pass. */
export function passes(outcome: Outcome): boolean {
  if (outcome.control === "failed" || outcome.result === "not run") return false;
  return outcome.result === "contained" || outcome.exception !== undefined;
}
