// SPDX-License-Identifier: Apache-2.0

/** The processor architectures Cordon knows, by Node's own names (`process.arch`). */
export type Architecture = "x64" | "arm64";

/** Calls that tell of the machine: the kernel answers them, or the supervisor in its place. */
export type AnsweredCall = "uname" | "sysinfo" | "sched_getaffinity";

/** What decides which system calls a cell may make. Each flag says which other wall or grant makes the calls safe. */
export interface SeccompOptions {
  readonly arch: Architecture;
  /** `run` is granted: processes may be made, waited for and given a working directory. */
  readonly children: boolean;
  /** Signals may be sent, because a pid namespace or Landlock (ABI 6) keeps them inside the cell. */
  readonly signals: boolean;
  /** Modes, owners, times, extended attributes may be changed and paths watched, because mounts bound the paths. */
  readonly metadata: boolean;
  /** Unix sockets may be made (`net.unix` is granted); where they lead is the broker's decision. */
  readonly unixSockets: boolean;
  /** What the supervisor answers, because `sys` does not grant it. Default: nothing. */
  readonly answered?: readonly AnsweredCall[];
  /** `sys: priority` is granted: the niceness of a process of the cell may be changed, upwards. */
  readonly priority?: boolean;
}
