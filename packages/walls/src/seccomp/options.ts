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
  /** Unix streams may be made (`net.unix` is granted); where they lead is the broker's decision. */
  readonly unixSockets: boolean;
  /** What the supervisor answers, because `sys` does not grant it. Default: nothing. */
  readonly answered?: readonly AnsweredCall[];
  /** `sys: priority` is granted: the niceness of a process of the cell may be changed, upwards. */
  readonly priority?: boolean;
  /** The supervisor opens, makes and renames files for the program, because paths are denied that need not exist. */
  readonly keptPaths?: boolean;
  /** Likewise what is only opened for reading: a path is denied that would be readable. Means nothing by itself. */
  readonly keptReading?: boolean;
}

type Flag = Exclude<keyof SeccompOptions, "arch" | "answered">;

// Written so that an option which is missing here does not compile: two filters of one name would be one too many. Those
// that are `true` are the ones that tell usual cells apart.
const FLAGS: Readonly<Record<Flag, boolean>> = {
  children: true,
  signals: true,
  metadata: true,
  unixSockets: true,
  priority: false,
  keptPaths: false,
  keptReading: false,
};
const ANSWERABLE: Readonly<Record<AnsweredCall, true>> = {
  uname: true,
  sysinfo: true,
  sched_getaffinity: true,
};

const flags = Object.keys(FLAGS) as readonly Flag[];
const answerable = Object.keys(ANSWERABLE) as readonly AnsweredCall[];

/** What tells the filter for these options from all others, such as "x64-children-signals-uname". */
export function filterName(options: SeccompOptions): string {
  const answered = answerable.filter((call) => options.answered?.includes(call));
  return [options.arch, ...flags.filter((flag) => options[flag] === true), ...answered].join("-");
}

/** The options of cells to which `sys` grants nothing, as most are, on both architectures. */
export function usualOptions(): readonly SeccompOptions[] {
  const none = { children: false, signals: false, metadata: false, unixSockets: false, answered: answerable };
  const start: readonly SeccompOptions[] = [
    { arch: "x64", ...none },
    { arch: "arm64", ...none },
  ];
  return flags
    .filter((flag) => FLAGS[flag])
    .reduce((found, flag) => found.flatMap((options) => [options, { ...options, [flag]: true }]), start);
}
