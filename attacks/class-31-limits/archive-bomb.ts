// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { offered } from "../harness/archives.ts";

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
  program: async (cell) => {
    if (cell.text("with") !== "") {
      cell.node("node:child_process").spawnSync("tar", ["-xPzf", cell.text("archive"), "-C", cell.granted]);
      return cell.refused("NO_EFFECT");
    }
    const body = cell.node("node:fs").readFileSync(cell.text("archive"));
    const url = `http://127.0.0.1:${cell.number("gateway")}/v1/tenants/tenant/apps/app`;
    const headers = { authorization: `Bearer ${cell.text("token")}`, "content-type": "application/gzip" };
    const answer = await fetch(url, { method: "PUT", headers, body });
    const said = await answer.text();
    if (!/ERR_BUNDLE_|ERR_BODY_/.test(said)) throw new Error(`not a refusal: ${answer.status} ${said}`);
    return cell.refused("NO_EFFECT", said);
  },
};
