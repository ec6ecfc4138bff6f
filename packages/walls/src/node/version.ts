// SPDX-License-Identifier: Apache-2.0

/** The first version that has something, one for each release line that got it on its own, oldest first. */
export type VersionRanges = readonly [string, ...string[]];

/**
 * Whether a version has what came in `since`. A line that is not listed has it if it is newer than all that are, or
 * if an older line's entry opens it: for `["22.13.0", "23.5.0"]`, 22.20 and 24.0 have it, 23.4 has not.
 *
 * @example
 * isVersion("24.0.0", ["22.13.0", "23.5.0"]); // true
 */
export function isVersion(version: string, since: VersionRanges): boolean {
  const at = parse(version);
  const last = parse(since[since.length - 1] ?? since[0]);
  if (at.major > last.major) return true;
  return since.map(parse).some((first) => first.major === at.major && !isOlder(at, first));
}

interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

function parse(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.replace(/^v/, "").split(/[.-]/).map(Number);
  return { major, minor, patch };
}

function isOlder(a: Version, b: Version): boolean {
  return a.major !== b.major
    ? a.major < b.major
    : a.minor !== b.minor
      ? a.minor < b.minor
      : a.patch < b.patch;
}
