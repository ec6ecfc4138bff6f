// SPDX-License-Identifier: Apache-2.0
import type { OciRuntime } from "@cordon/walls/oci";

/** With what a runtime ends that could not run a container. The program may end so too: the log tells. */
const FAILURE: Readonly<Record<OciRuntime, number>> = { runc: 1, crun: 1, runsc: 128 };
const LONGEST = 500;

/**
 * Why a container never ran: what the runtime wrote into its log, which no program reaches.
 *
 * @returns `undefined` for a program that ran
 */
export function startProblem(runtime: OciRuntime, code: number | null, log: string): string | undefined {
  if (code !== FAILURE[runtime]) return undefined;
  // runsc puts no end to a line.
  const lines = log.replaceAll("}{", "}\n{").split("\n");
  const last = lines.flatMap((line) => errorIn(runtime, line)).at(-1);
  return last?.replaceAll(/[^ -~]/g, "?").slice(0, LONGEST);
}

function errorIn(runtime: OciRuntime, line: string): string[] {
  // crun(1) writes nothing but errors and warnings; a time comes first.
  if (runtime === "crun") return line === "" ? [] : [line.replace(/^\S+T\S+ /, "")];
  try {
    const { level, msg }: { level?: unknown; msg?: unknown } = JSON.parse(line) as object;
    return (level === "error" || level === "fatal") && typeof msg === "string" ? [msg] : [];
  } catch {
    return [];
  }
}
