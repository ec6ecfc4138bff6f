// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1")
      .trim()
      .split(" ")
      .filter(Boolean)
      .map(Number);
  } catch {
    return []; // gone while we looked
  }
}

/** A cell by what its processes are. A process is what its place says, at every moment of its start. */
export interface CellTree {
  readonly supervisor: number;
  readonly inits: readonly number[];
  readonly programs: readonly number[];
}

/** What a host's cells consist of now. */
export function cellsOf(host: number): readonly CellTree[] {
  return childrenOf(host).map((supervisor) => {
    const inits = childrenOf(supervisor);
    return { supervisor, inits, programs: inits.flatMap(childrenOf) };
  });
}
