// SPDX-License-Identifier: Apache-2.0
import type { Policy, WallName } from "@cordon/policy";
import type { Inspect } from "@cordon/walls";
import type { CellStdio } from "./supervisor.ts";

/** What to run, and under what. */
export interface CellOptions {
  /** The script: a path, relative to `directory`. */
  readonly entry: string;
  readonly args?: readonly string[];
  readonly policy: Policy;
  /** Those that are to stand; default: all three. */
  readonly walls?: readonly WallName[];
  /** The working directory; default: the caller's. */
  readonly directory?: string;
  /** Where granted variables are taken from; default: the caller's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The Node to run on (20.0 or later); default: the caller's. */
  readonly node?: string;
  /** Where a debugger reaches the program; needs the grant `inspector`. Not in `serve`. */
  readonly inspect?: Inspect;
  /** `serve`: an app that listens in a network of its own, reached with {@link Cell.connect}. Default: `run`.
   * `record`: without any wall, for {@link CellEvents.used}; the policy has no say. Only for code that is trusted. */
  readonly mode?: "run" | "serve" | "record";
  /** Default: `pipe`. */
  readonly stdio?: CellStdio;
  /** The nameservers to ask for granted names, such as `192.0.2.53` or `[2001:db8::53]:5353`; default: the host's. */
  readonly resolvers?: readonly string[];
  /** Reports uses by JavaScript that this policy would refuse, and refuses nothing by it; without one, refusals alone. */
  readonly audit?: { readonly policy: Policy | undefined };
  /**
   * {@link Cell.usage} knows the bytes of TCP connections. The kernel then tells of every TCP socket of the machine that
   * ends, in a thread of its own, which costs each of them some microseconds. Default: false, and they are not known.
   */
  readonly countsBytes?: boolean;
  /** For the reader of lists and logs. */
  readonly name?: string;
}
