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

/** The cells of a host by what their processes are. A process is what its place says, at every moment of its start. */
export interface Tree {
  readonly supervisors: readonly number[];
  readonly inits: readonly number[];
  readonly programs: readonly number[];
}

/** What a host's cells consist of now. */
export function treeOf(host: number): Tree {
  const supervisors = childrenOf(host);
  const inits = supervisors.flatMap(childrenOf);
  return { supervisors, inits, programs: inits.flatMap(childrenOf) };
}
