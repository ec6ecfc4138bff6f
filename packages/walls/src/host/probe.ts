// SPDX-License-Identifier: Apache-2.0
import type { Host } from "./host.ts";

export interface ProbeOptions {
  /** The jail's program, run with `--probe` for what cannot be learnt without native code. */
  readonly jail: string;
}

/** Finds out what this machine can enforce. */
export async function probeHost(options: ProbeOptions): Promise<Host> {
  throw new Error(`not written yet: ${options.jail}`);
}
