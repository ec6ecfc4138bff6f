// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { unvisited } from "../harness/neighbour.ts";

export const hostile: Attack = {
  claim: "What the host keeps to watch its tenants (logs, events, counters) is shown to no app",
  proof: "secret",
  prepare: unvisited,
  grants: (_, values) => [`--allow-net=127.0.0.1:${values["gateway"]}`],
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  program: async (cell) => {
    const base = `http://127.0.0.1:${cell.number("gateway")}`;
    const paths = ["logs", "events", ""].map((name) => `/v1/tenants/neighbour/apps/app/${name}`);
    let token = "guess";
    let refusal: Error | undefined;
    try {
      token = cell.node("node:fs").readFileSync(cell.text("tokenFile"), "utf8").trim();
    } catch (error) {
      refusal = error as Error;
    }
    let said = "";
    for (const path of [...paths, "/metrics", "/v1/metrics", "/v1/tenants/neighbour"]) {
      const answer = await fetch(base + path, { headers: { authorization: `Bearer ${token}` } });
      said += await answer.text();
    }
    if (refusal !== undefined && !said.includes("SECRET-")) throw refusal;
    return cell.loot(said);
  },
};
