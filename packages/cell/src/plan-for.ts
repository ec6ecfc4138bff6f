// SPDX-License-Identifier: Apache-2.0
import { resolve } from "node:path";
import { preloadPath, recordPath, runtimeDirectory, servePath } from "@cordon/runtime";
import {
  allWalls,
  cachedHost,
  type Host,
  type Plan,
  type Program,
  probeNode,
  recordingPlan,
  resolvePlan,
} from "@cordon/walls";
import type { CellOptions } from "./options.ts";

let cells = 0;

// Of all that run at one time on a host: the pid is this process's own, the rest tells its cells and its forerunners' apart.
function cgroupName(): string {
  return `cordon-${process.pid}-${Date.now().toString(36)}-${++cells}`;
}

/** What is to run, as the walls take it. */
export async function programFor(options: CellOptions): Promise<Program> {
  const directory = resolve(options.directory ?? ".");
  const mode = options.mode ?? "run";
  return {
    node: await probeNode(options.node ?? process.execPath),
    entry: resolve(directory, options.entry),
    args: options.args ?? [],
    directory,
    environment: options.env ?? process.env,
    mode: mode === "record" ? "run" : mode,
    ...(options.inspect === undefined ? {} : { inspect: options.inspect }),
    ...(options.resolvers === undefined ? {} : { resolvers: options.resolvers }),
    ...(options.audit === undefined ? {} : { audit: options.audit }),
    ...(options.countsBytes === undefined ? {} : { countsBytes: options.countsBytes }),
    runtime: {
      directory: runtimeDirectory,
      preload: mode === "record" ? recordPath : preloadPath,
      serve: servePath,
    },
    name: cgroupName(),
  };
}

/**
 * What `Cell.start` would do with these options. Starts nothing.
 *
 * @param host what the machine can enforce; default: as it was last found
 * @throws CordonError what `Cell.start` would throw before it starts
 */
export async function planFor(options: CellOptions, host?: Host): Promise<Plan> {
  const program = await programFor(options);
  const found = host ?? (await cachedHost());
  return options.mode === "record"
    ? recordingPlan(found, program)
    : resolvePlan(options.policy, found, program, options.walls ?? allWalls);
}
