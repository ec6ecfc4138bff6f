// SPDX-License-Identifier: Apache-2.0
import { attack, nativeGrants } from "../harness/attack.ts";
export const hostile = attack({
  claim: "fsopen makes no file system",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "the kernel asks for CAP_SYS_ADMIN" } },
  program: (cell) => cell.call("fsopen", "tmpfs", 0),
});
