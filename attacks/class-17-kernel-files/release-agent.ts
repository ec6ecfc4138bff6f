// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { controlGroupFile } from "../harness/control-group.ts";
export const hostile: Attack = {
  claim: "The cgroup's release_agent cannot be opened for writing",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "its mode lets only root write" } },
  program: (cell) => cell.call("openat", -100, cell.text("path"), 1, 0),
  prepare: () => ({ values: { path: controlGroupFile("release_agent") } }),
};
