// SPDX-License-Identifier: Apache-2.0
import { randomInt } from "node:crypto";
import { cachedHost } from "@cordon/walls";
import { type Container, type OciRuntime, resolveContainer } from "@cordon/walls/oci";
import type { CellOptions } from "../options.ts";
import { programFor } from "../plan-for.ts";

const MOST_CELLS = 0x1fffffff;

/**
 * A program in a container of an OCI runtime's: the bundle as data, and the plan that it was made from. Writes nothing.
 *
 * @param bundle the directory that the bundle will be in, absolute
 * @param isRun whether the caller waits for its end, and so can hold a limit on its time
 * @throws CordonError for what does not carry over, and for what `planFor` refuses
 */
export async function containerFor(
  options: CellOptions,
  runtime: OciRuntime,
  bundle: string,
  isRun: boolean,
): Promise<Container> {
  const program = await programFor(options);
  return resolveContainer(options.policy, await cachedHost(), program, {
    runtime,
    bundle,
    cell: randomInt(MOST_CELLS),
    isRun,
    ...(options.walls === undefined ? {} : { walls: options.walls }),
  });
}
