// SPDX-License-Identifier: Apache-2.0
// A program of the suite that runs as root and then as an ordinary user, each where it can read the checkout.
import { spawnSync } from "node:child_process";
import { ordinaryUid } from "./ordinary.ts";
import { mustRelocate, relocate } from "./relocate.ts";

const asRoot = "--user=root";
const asOrdinary = "--user=ordinary";

/**
 * The words to run with as this user, or `undefined` once others have run in its place and `process.exitCode` is set.
 *
 * @param program from the checkout's root
 * @param file that program's own path
 */
export function runForBothUsers(
  program: string,
  file: string,
  args: readonly string[],
): readonly string[] | undefined {
  if (args.includes(asRoot) || args.includes(asOrdinary))
    return args.filter((word) => word !== asRoot && word !== asOrdinary);
  if (process.getuid?.() !== 0) return args;
  process.exitCode = mustRelocate()
    ? relocate(args, program)
    : Math.max(inOwnNamespace(file, args), asOrdinaryUser(file, args));
  return undefined;
}

/** Others' mounts must not look like ours. Shared with all that we start: what a jail let out would be seen. */
function inOwnNamespace(file: string, args: readonly string[]): number {
  const script = 'mount --make-rprivate / && mount --make-rshared / && exec "$@"';
  const words = ["--mount", "sh", "-c", script, "sh", process.execPath, file, ...args, asRoot];
  return spawnSync("unshare", words, { stdio: "inherit" }).status ?? 1;
}

function asOrdinaryUser(file: string, args: readonly string[]): number {
  const child = spawnSync(process.execPath, [file, ...args, asOrdinary], {
    uid: ordinaryUid,
    gid: ordinaryUid,
    cwd: "/",
    stdio: "inherit",
    env: { PATH: process.env["PATH"], HOME: "/" },
  });
  return child.status ?? 1;
}
