// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findProgram, requireWritable, runOrFail, SetupError } from "./step.mjs";

export const jail = {
  title: "compiling the jail",

  /** @param {string} root */
  isStale(root) {
    const make = findProgram(["make", "gmake"]);
    // Without make a jail that is there will do: whoever changes C has make.
    if (make === undefined) return !existsSync(join(root, "jail/build/cordon-jail"));
    return spawnSync(make, ["-q", "-C", join(root, "jail")], { stdio: "ignore" }).status !== 0;
  },

  /** @param {string} root */
  perform(root) {
    const make = findProgram(["make", "gmake"]);
    if (make === undefined)
      throw new SetupError("make is missing. Install it (Debian, Ubuntu: `apt-get install make`).");
    const compiler = findProgram(process.env["CC"] ? [process.env["CC"]] : ["cc", "gcc", "clang"]);
    if (compiler === undefined)
      throw new SetupError(
        "a C compiler is missing. Install one (Debian, Ubuntu: `apt-get install gcc libc6-dev`) or name it in CC.",
      );
    requireWritable(join(root, "jail"));
    runOrFail(make, ["-s", "-C", join(root, "jail"), `CC=${compiler}`], {
      cwd: root,
      remedy: "The compiler's own lines are above; a missing header or libc.a comes with libc6-dev.",
    });
  },
};
