// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A grant for one addon is none for another library",
  proof: "word",
  refusals: ["ERR_DLOPEN_DISABLED", "ERR_DLOPEN_FAILED"],
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.native.library}`],
  program: (cell) => {
    cell.native();
    process.dlopen({ exports: {} }, cell.library);
  },
};
