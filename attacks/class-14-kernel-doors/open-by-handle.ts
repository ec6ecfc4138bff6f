// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { hostNative } from "../harness/host-native.ts";

export const hostile: Attack = {
  claim: "open_by_handle_at opens no file around its path",
  proof: "secret",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  control: { ordinary: { none: "the kernel asks for CAP_DAC_READ_SEARCH" } },
  prepare: (site) => {
    const handle = Buffer.alloc(136);
    handle.writeUInt32LE(128, 0);
    hostNative(site).call("name_to_handle_at", -100, site.secret, handle, Buffer.alloc(4), 0);
    return { values: { handle: handle.toString("hex") } };
  },
  program: (cell) => {
    const fs = cell.node("node:fs");
    const mount = cell.setup(() => fs.openSync(cell.granted, "r"));
    const fd = cell.call("open_by_handle_at", mount, Buffer.from(cell.text("handle"), "hex"), 0);
    return cell.loot(fs.readFileSync(fd));
  },
};
