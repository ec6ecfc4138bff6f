// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A library that lies in memory alone (memfd) is not loaded beside a granted addon",
  proof: "word",
  refusals: ["ERR_DLOPEN_DISABLED", "ERR_DLOPEN_FAILED"],
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.native.library}`],
  program: (cell) => {
    const image = cell.setup(() => cell.node("node:fs").readFileSync(cell.library));
    const fd = cell.call("memfd_create", "library", 0);
    cell.call("write", fd, image, image.length);
    process.dlopen({ exports: {} }, `/proc/self/fd/${fd}`);
    return cell.refused("NO_EFFECT");
  },
};
