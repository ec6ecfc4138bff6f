// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { offered, upload } from "../harness/archives.ts";

export const hostile: Attack = {
  claim: "An uploaded archive that is small until it is unpacked is not unpacked beyond the bound",
  proof: "host",
  grants: (site, values) => [`--allow-fs-read=${site.granted}`, `--allow-net=127.0.0.1:${values["gateway"]}`],
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  prepare: (site) =>
    offered(site, () => [
      { path: "index.js", content: "x" },
      { path: "bomb", content: "\0".repeat(64 << 20) },
    ]),
  program: upload,
};
