// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { openNeighbour } from "../harness/neighbour.ts";

export const hostile: Attack = {
  claim:
    "An app that may call the host's port has no token for its API: the file is out of reach, and nothing else opens it",
  proof: "host",
  prepare: async (site) => {
    const { host, dispose } = await openNeighbour(site);
    return {
      values: { gateway: host.port, tokenFile: host.tokenFile },
      harmed: async () =>
        (await host.api("GET", "/v1/tenants")).includes("stolen") ? "a tenant was made" : undefined,
      dispose,
    };
  },
  grants: (_, values) => [`--allow-net=127.0.0.1:${values["gateway"]}`],
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  program: async (cell) => {
    const url = `http://127.0.0.1:${cell.number("gateway")}/v1/tenants/stolen`;
    const tokens = ["", "null", "undefined", "admin", "x".repeat(4096)];
    let refusal: Error | undefined;
    try {
      tokens.push(cell.node("node:fs").readFileSync(cell.text("tokenFile"), "utf8").trim());
    } catch (error) {
      refusal = error as Error;
    }
    const statuses: number[] = [];
    for (const token of tokens) {
      const headers = { authorization: `Bearer ${token}` };
      statuses.push((await fetch(url, { method: "PUT", headers })).status);
    }
    if (refusal !== undefined) throw refusal;
    return cell.refused("NO_EFFECT", statuses.join());
  },
};
