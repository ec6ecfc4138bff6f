// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { nothingLeft } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "A heap snapshot without a name is not written into a working directory that is not granted",
  proof: "host",
  prepare: (site) => nothingLeft(site.directory, "a snapshot", (name) => name.endsWith(".heapsnapshot")),
  program: (cell) => {
    cell.node("node:v8").writeHeapSnapshot();
    return cell.refused("NO_EFFECT");
  },
};
