// SPDX-License-Identifier: Apache-2.0

/** What an fs function does with one of its arguments. */
export type Use = "read" | "write" | "by-flags" | "none";

/** One fs function that takes paths; its Sync and promise forms take the same. */
export interface PathFunction {
  readonly uses: readonly Use[];
  /** Which argument is, or has as its `mode`, the mode of a file. */
  readonly mode?: number;
  /** Only asks what is there. */
  readonly probe?: true;
  /** Reaches all below the path too. */
  readonly deep?: true;
  /** Node refuses this one with a throw, also where there is a callback. */
  readonly throws?: true;
  /** Node asks for reading first, and names that where neither is granted. */
  readonly readsFirst?: true;
  /** Node's own words, where it refuses with others than usual. */
  readonly sentence?: string;
  /** What Node puts behind the path. */
  readonly suffix?: string;
}

/** Every fs function that takes a path. Those that take a descriptor work on what was checked when it was opened. */
export const PATH_FUNCTIONS: Readonly<Record<string, PathFunction>> = {
  access: { uses: ["read"], probe: true },
  appendFile: { uses: ["write"], mode: 2 },
  chmod: { uses: ["write"], mode: 1, throws: true },
  chown: { uses: ["write"] },
  copyFile: { uses: ["read", "write"] },
  cp: { uses: ["read", "write"], deep: true },
  lchmod: { uses: ["write"], mode: 1 },
  lchown: { uses: ["write"] },
  link: { uses: ["read", "write"] },
  lstat: { uses: ["read"], probe: true },
  lutimes: { uses: ["write"], throws: true },
  mkdir: { uses: ["write"], mode: 1, throws: true },
  mkdtemp: { uses: ["write"], suffix: "XXXXXX" },
  open: { uses: ["by-flags"], mode: 2 },
  opendir: { uses: ["read"] },
  readdir: { uses: ["read"] },
  readFile: { uses: ["read"] },
  readlink: { uses: ["read"], probe: true, throws: true },
  realpath: { uses: ["read"], probe: true },
  rename: { uses: ["write", "write"], deep: true, readsFirst: true },
  rm: { uses: ["write"], deep: true, readsFirst: true },
  rmdir: { uses: ["write"], throws: true },
  stat: { uses: ["read"], probe: true },
  statfs: { uses: ["read"], probe: true },
  symlink: {
    uses: ["none", "write"],
    sentence: "fs.symlink API requires full fs.read and fs.write permissions.",
  },
  truncate: { uses: ["write"], readsFirst: true },
  unlink: { uses: ["write"] },
  utimes: { uses: ["write"], throws: true },
  writeFile: { uses: ["write"], mode: 2 },
};

/** Those with one form alone, which fits none of the three patterns. */
export const SINGLE_FUNCTIONS: Readonly<Record<string, PathFunction>> = {
  openAsBlob: { uses: ["read"] },
  watch: { uses: ["read"] },
  watchFile: { uses: ["read"] },
};
