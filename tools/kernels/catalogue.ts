// SPDX-License-Identifier: Apache-2.0

/** A kernel of Debian's, and where it is found. */
export interface Kernel {
  /** What `--kernels=` calls it, and what its release begins with. */
  readonly name: string;
  /** The release of Debian whose archive has it. */
  readonly release: string;
  /** Why it has a column. */
  readonly because: string;
  /** The kernel lacks what no cell can do without: every start must be refused. */
  readonly refuses?: true;
}

/** The kernels of the matrix, oldest first. */
export const kernels: readonly Kernel[] = [
  {
    name: "5.10",
    release: "bullseye",
    because: "too old: no Landlock, no answer in one step for the broker. Nothing may start",
    refuses: true,
  },
  { name: "6.1", release: "bookworm", because: "Landlock ABI 2: no rights for truncate, TCP, or scopes" },
  { name: "6.12", release: "trixie", because: "Landlock ABI 6, the latest that Cordon uses" },
  { name: "7.3", release: "trixie-backports", because: "Landlock beyond what Cordon knows" },
];
