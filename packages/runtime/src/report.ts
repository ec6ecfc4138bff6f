// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, writeSync } from "node:fs";
import type { Denial } from "@cordon/policy";
import { withOwnBuiltins } from "./pristine.ts";

/** The pipe to the supervisor. When it has heard from us, native code can no longer be mapped (unless granted). */
const DESCRIPTOR = 3;
const LONGEST = 500;

// As they were before the program could replace them.
const write = writeSync;
const stat = fstatSync;
let pipe: { readonly dev: number; readonly ino: number } | undefined;

/** Tells the supervisor that the walls of this process stand: the preload's last act. */
export function reportReady(keepOpen: boolean): void {
  write(DESCRIPTOR, "ready\n");
  if (keepOpen) pipe = stat(DESCRIPTOR);
  else closeSync(DESCRIPTOR);
}

/**
 * Tells the supervisor what was refused here, for the host's event stream: the kernel never hears of it. What the
 * broker reports by itself is left out.
 */
export function reportDenial(denial: Denial): void {
  const { scope } = denial;
  if (scope !== "net.connect" && scope !== "net.listen") report(denial);
}

/** Of a name that was looked up to connect to it the broker does not hear the port; with it the grant is narrower. */
export function reportNamedPort(denial: Denial): void {
  report(denial);
}

function report({ scope, resource }: Denial): void {
  if (pipe === undefined) return;
  try {
    // A program may close any descriptor and get another file under the same number.
    const { dev, ino } = stat(DESCRIPTOR);
    if (dev !== pipe.dev || ino !== pipe.ino) return;
    withOwnBuiltins(() =>
      write(DESCRIPTOR, `denied ${scope} ${resource.replace(/[\n\0]/g, "?").slice(0, LONGEST)}\n`),
    );
  } catch {
    // Closed by the program, or full because it is refused more than the host can hear: the refusal stands all the same.
  }
}
