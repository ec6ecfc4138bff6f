// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "chroot is refused",
  proof: "word",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  control: { ordinary: { none: "the kernel asks for CAP_SYS_CHROOT" } },
  program: (cell) => cell.call("chroot", cell.granted),
};
