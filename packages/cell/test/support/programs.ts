// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { directoryWith } from "./cells.ts";

/** The path of a program of `programs/`, compiled into a directory of the test's own. */
export function compiled(t: TestContext, name: string): string {
  const path = join(directoryWith(t, {}), name);
  const source = join(import.meta.dirname, "..", "programs", `${name}.c`);
  execFileSync("cc", ["-O1", "-pthread", "-o", path, source]);
  return path;
}

/** A port of 127.0.0.1 to which a connection neither comes about nor fails. */
export async function hangingPort(t: TestContext): Promise<number> {
  const full = spawn(compiled(t, "full-queue"));
  t.after(() => full.kill("SIGKILL"));
  const [line] = (await once(full.stdout, "data")) as [Buffer];
  return Number(line.toString());
}
