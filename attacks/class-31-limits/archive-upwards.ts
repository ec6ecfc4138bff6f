// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { offered, upload } from "../harness/archives.ts";

export const hostile: Attack = {
  claim: "An uploaded archive writes nothing above its own directory, however its names climb",
  proof: "outside",
  grants: (site, values) => [`--allow-fs-read=${site.granted}`, `--allow-net=127.0.0.1:${values["gateway"]}`],
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  prepare: (site) =>
    offered(site, () => [
      { path: "index.js", content: "x" },
      { path: "../outside/planted", content: "x" },
      { path: "a/../../outside/planted-2", content: "x" },
    ]),
  program: upload,
};
