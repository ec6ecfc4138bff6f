// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { offered, upload } from "../harness/archives.ts";

export const hostile: Attack = {
  claim: "An uploaded archive makes no special file",
  proof: "host",
  grants: (site, values) => [`--allow-fs-read=${site.granted}`, `--allow-net=127.0.0.1:${values["gateway"]}`],
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  prepare: (site) =>
    offered(site, () => [
      { path: "device", type: "6" },
      { path: "index.js", content: "x" },
    ]),
  program: upload,
};
