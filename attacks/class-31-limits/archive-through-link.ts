// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { offered, upload } from "../harness/archives.ts";

export const hostile: Attack = {
  claim: "An uploaded archive writes nothing through a link of its own that leads out, by path or hard",
  proof: "outside",
  grants: (site, values) => [`--allow-fs-read=${site.granted}`, `--allow-net=127.0.0.1:${values["gateway"]}`],
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  prepare: (site) =>
    offered(site, ({ outside }) => [
      { path: "index.js", content: "x" },
      { path: "way-out", type: "2", link: outside },
      { path: "way-out/planted", content: "x" },
      { path: "hard", type: "1", link: `${outside}/secret.txt` },
      { path: "hard", content: "x" },
    ]),
  program: upload,
};
