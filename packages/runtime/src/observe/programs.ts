// SPDX-License-Identifier: Apache-2.0
import childProcess from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { whereItLeads } from "../fs/paths.ts";
import { replaceFunction } from "../replace.ts";

const SHELL = "/bin/sh";
// As it was before any wall of ours: asked here, it must not count as asked by the program.
const access = accessSync;

/** Watches which programs JavaScript starts: the files that their names lead to. */
export function observePrograms(watch: (program: string) => void): void {
  const { prototype } = childProcess.ChildProcess as unknown as { prototype: object };
  replaceFunction(prototype, "spawn", (original) => (self, args) => {
    const file: unknown = Reflect.get(Object(args[0]) as object, "file");
    if (typeof file === "string") watch(leadsTo(file));
    return original(self, args);
  });
  for (const name of ["execFileSync", "execSync", "spawnSync"]) {
    replaceFunction(childProcess, name, (original) => (self, args) => {
      const options = args.find((value, at) => at > 0 && typeof value === "object" && !Array.isArray(value));
      const shell: unknown = Reflect.get(Object(options) as object, "shell");
      const file =
        name === "execSync" || Boolean(shell) ? (typeof shell === "string" ? shell : SHELL) : args[0];
      if (typeof file === "string") watch(leadsTo(file));
      return original(self, args);
    });
  }
}

/** As execvp(3) finds it; the name itself where it finds nothing. */
function leadsTo(file: string): string {
  const places = file.includes("/")
    ? [isAbsolute(file) ? file : resolve(file)]
    : (process.env["PATH"] ?? "/usr/bin:/bin").split(delimiter).map((place) => join(place, file));
  const found = places.find((place) => {
    try {
      access(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return found === undefined ? file : whereItLeads(found);
}
