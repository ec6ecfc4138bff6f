// SPDX-License-Identifier: Apache-2.0
import childProcess from "node:child_process";
import { copyArguments } from "../pristine.ts";
import { replaceFunction } from "../replace.ts";
import type { Quietly } from "./environment.ts";
import { RECORD_VARIABLE, type Sink } from "./sink.ts";

const OPTION = "NODE_OPTIONS";

/** Has Node processes that the program starts report too, directly or through a shell. */
export function observeChildren(sink: Sink, place: string, quietly: Quietly): void {
  const flag = requireFlag();
  const withRecorder = (options: string | undefined): string =>
    options === undefined || options === "" ? flag : `${options} ${flag}`;

  // Each copies the whole environment for its child, which is no use by the program.
  for (const name of ["exec", "execFile", "fork", "spawn"])
    replaceFunction(childProcess, name, (original) => (self, args) => quietly(() => original(self, args)));
  const { prototype } = childProcess.ChildProcess as unknown as { prototype: object };
  replaceFunction(prototype, "spawn", (original) => (self, args) => {
    const options: Record<string, unknown> = { ...(args[0] as object | undefined) };
    if (byName(options["file"])) sink("env", "PATH");
    const pairs = Array.isArray(options["envPairs"]) ? (options["envPairs"] as string[]) : [];
    const given = pairs.find((pair) => pair.startsWith(`${OPTION}=`))?.slice(OPTION.length + 1);
    options["envPairs"] = [
      ...pairs.filter((pair) => !pair.startsWith(`${OPTION}=`)),
      `${OPTION}=${withRecorder(given)}`,
      `${RECORD_VARIABLE}=${place}`,
    ];
    return original(self, [options]);
  });
  for (const name of ["execFileSync", "execSync", "spawnSync"]) {
    replaceFunction(childProcess, name, (original) => (self, args) => {
      const copy = copyArguments(args);
      if (byName(copy[0])) sink("env", "PATH");
      const found = copy.findIndex(
        (value, index) => index > 0 && typeof value === "object" && value !== null && !Array.isArray(value),
      );
      const options = (found < 0 ? {} : copy[found]) as Record<string, unknown>;
      const env = quietly(
        (): NodeJS.ProcessEnv => ({ ...((options["env"] ?? process.env) as NodeJS.ProcessEnv) }),
      );
      env[OPTION] = withRecorder(env[OPTION]);
      env[RECORD_VARIABLE] = place;
      const changed = { ...options, env };
      if (found < 0) copy.push(changed);
      else copy[found] = changed;
      return quietly(() => original(self, copy));
    });
  }
}

const byName = (file: unknown): boolean => typeof file === "string" && !file.includes("/");

/** `--require` and this very file, as NODE_OPTIONS spells it. */
function requireFlag(): string {
  return `--require "${__filename.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** Takes our own part out of NODE_OPTIONS again, before the program could see it. */
export function restoreOptions(env: NodeJS.ProcessEnv): void {
  const flag = requireFlag();
  const options = env[OPTION];
  if (options === undefined || !options.endsWith(flag)) return;
  const rest = options.slice(0, -flag.length).trimEnd();
  if (rest === "") delete env[OPTION];
  else env[OPTION] = rest;
}
