// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess, StdioOptions } from "node:child_process";
import { fstatSync } from "node:fs";
import { type OciRuntime, hasOwnKernel } from "@cordon/walls/oci";
import type { CellStdio } from "../supervisor.ts";

const STREAMS = [0, 1, 2] as const;

/**
 * What a runtime gets as its standard streams. gVisor's kernel keeps a position of its own in a file, beginning with 0,
 * and so would write over what is there; a socket it shuts down for everybody when it ends. Both it gets through us.
 */
export function streamsFor(runtime: OciRuntime, stdio: CellStdio): StdioOptions {
  return STREAMS.map((descriptor) => (isCarried(runtime, stdio, descriptor) ? "pipe" : stdio));
}

function isCarried(runtime: OciRuntime, stdio: CellStdio, descriptor: number): boolean {
  if (stdio !== "inherit" || !hasOwnKernel(runtime)) return false;
  try {
    const stats = fstatSync(descriptor);
    return stats.isFile() || stats.isSocket();
  } catch {
    return false; // closed
  }
}

/** Carries what {@link streamsFor} made pipes of. */
export function carryStreams(child: ChildProcess, stdio: CellStdio): void {
  if (stdio !== "inherit") return;
  child.stdin?.on("error", () => {}); // the program need not read it
  if (child.stdin !== null) process.stdin.pipe(child.stdin);
  child.stdout?.pipe(process.stdout, { end: false });
  child.stderr?.pipe(process.stderr, { end: false });
}
