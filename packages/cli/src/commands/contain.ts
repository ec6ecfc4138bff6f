// SPDX-License-Identifier: Apache-2.0
import { type CellOptions } from "@cordon/cell";
import { Container, findRuntime } from "@cordon/cell/oci";
import { forwardSignals } from "../run/signals.ts";
import { say } from "../terminal.ts";

/**
 * `cordon run --with=runsc`: the program in a container of that runtime's. Ends as the program ends.
 *
 * @param runtime as it was written
 */
export async function contain(runtime: string, options: CellOptions): Promise<number> {
  const found = findRuntime(runtime, process.env["PATH"] ?? "/usr/bin:/bin");
  const container = await Container.start({ ...options, with: found });
  using _signals = forwardSignals(container);
  const exit = await container.exited;
  if (exit.error !== undefined) {
    say(exit.error.message);
    say(`  Raise it with ${exit.error.details.path}=…`);
  }
  return exit.exitCode;
}
