// SPDX-License-Identifier: Apache-2.0
import type { closeSync, writeSync } from "node:fs";

/** The pipe to the supervisor. When it has heard from us, native code can no longer be mapped (unless granted). */
const READY_DESCRIPTOR = 3;

/** Tells the supervisor that the walls of this process stand: the preload's last act. */
export function reportReady(write: typeof writeSync, close: typeof closeSync): void {
  write(READY_DESCRIPTOR, "ready\n");
  close(READY_DESCRIPTOR);
}
