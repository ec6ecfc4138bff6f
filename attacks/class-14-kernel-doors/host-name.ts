// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { hostname } from "node:os";

export const hostile: Attack = {
  claim: "The host's name cannot be set",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "the kernel asks for CAP_SYS_ADMIN" } },
  // The name that it has: the control changes nothing.
  prepare: () => ({ values: { name: hostname() } }),
  program: (cell) => cell.call("sethostname", cell.text("name"), cell.text("name").length),
};
