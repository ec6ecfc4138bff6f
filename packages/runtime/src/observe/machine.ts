// SPDX-License-Identifier: Apache-2.0
import os from "node:os";
import { replaceFunction } from "../replace.ts";
import type { Sink } from "./sink.ts";

/** What of `node:os` each name of the scope `sys` stands for. */
const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  cpus: ["cpus", "availableParallelism"],
  hostname: ["hostname"],
  loadavg: ["loadavg"],
  memory: ["totalmem", "freemem"],
  networkInterfaces: ["networkInterfaces"],
  priority: ["getPriority", "setPriority"],
  release: ["release", "version"],
  uptime: ["uptime"],
  userInfo: ["userInfo"],
};

/** `node:os`: what is asked about the machine and the user, and the two variables that it reads by itself. */
export function observeMachine(sink: Sink): void {
  const tell = (name: string, kind: string, resource: string): void =>
    replaceFunction(os, name, (original) => (self, args) => {
      sink(kind, resource);
      return original(self, args);
    });
  for (const [name, functions] of Object.entries(FUNCTIONS))
    for (const each of functions) tell(each, "sys", name);
  tell("homedir", "env", "HOME");
  const temporary = ["TMPDIR", "TMP", "TEMP"].find((name) => process.env[name]);
  if (temporary !== undefined) tell("tmpdir", "env", temporary);
}
