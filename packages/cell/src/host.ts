// SPDX-License-Identifier: Apache-2.0
import { type Host, probeHost } from "@cordon/walls";

let known: Promise<Host> | undefined;

/** What this machine can enforce. A process asks once: the answer takes a trial with processes of its own. */
export function thisHost(): Promise<Host> {
  known ??= probeHost();
  return known;
}
