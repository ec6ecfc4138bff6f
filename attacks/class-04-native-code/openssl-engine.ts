// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "crypto.setEngine does not load a library",
  proof: "word",
  refusals: [
    "ERR_CRYPTO_CUSTOM_ENGINE_NOT_SUPPORTED",
    "ERR_CRYPTO_ENGINE_UNKNOWN",
    "ERR_OSSL_DSO_COULD_NOT_LOAD_THE_SHARED_LIBRARY",
  ],
  grants: (site) => [`--allow-fs-read=${site.native.library}`],
  program: (cell) => {
    cell.node("node:crypto").setEngine(cell.library);
  },
};
