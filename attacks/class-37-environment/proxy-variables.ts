// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "The host's proxy variables lead no request to the proxy, whatever of the environment is granted",
  proof: "host",
  grants: () => ["--allow-env=*"],
  refusals: ["ERR_ACCESS_DENIED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_SOCKET"],
  environment: (_, values) => {
    const proxy = `http://127.0.0.1:${values["port"]}`;
    return {
      NODE_USE_ENV_PROXY: "1",
      HTTP_PROXY: proxy,
      http_proxy: proxy,
      HTTPS_PROXY: proxy,
      ALL_PROXY: proxy,
    };
  },
  prepare: () => tcpServer(),
  program: async (cell) => {
    try {
      await fetch("http://elsewhere.invalid/");
    } catch (error) {
      const cause = (error as Error).cause as { code?: string } | undefined;
      return cell.refused(cause?.code ?? "NO_EFFECT", String(error));
    }
    return cell.refused("NO_EFFECT");
  },
};
