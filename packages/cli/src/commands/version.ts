// SPDX-License-Identifier: Apache-2.0
import manifest from "../../package.json" with { type: "json" };

/** `cordon --version`. */
export function version(): number {
  process.stdout.write(`${manifest.version}\n`);
  return 0;
}
