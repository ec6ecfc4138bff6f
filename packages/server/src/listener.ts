// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { type AddressInfo, isIPv6 } from "node:net";
import { CordonError } from "@cordon/policy";
import type { Gateway } from "./gateway/gateway.ts";
import { isForApp } from "./gateway/target.ts";
import { isWebSocket } from "./gateway/upgrade.ts";
import type { ListenAddress, ServerLimits } from "./options.ts";

/** The one HTTP server: requests for apps go to the gateway, all others to the API. */
export function createListener(gateway: Gateway, api: RequestListener, limits: ServerLimits): Server {
  const server = createServer(
    {
      insecureHTTPParser: false,
      maxHeaderSize: limits.headerBytes,
      requireHostHeader: true,
      keepAliveTimeout: 10_000,
      headersTimeout: 20_000,
      // Any other Upgrade is left aside, and the request is an ordinary one.
      shouldUpgradeCallback: (request: IncomingMessage) =>
        isForApp(request.url ?? "") && isWebSocket(request),
    },
    (request, response) => {
      if (isForApp(request.url ?? "")) void gateway.handle(request, response);
      else api(request, response);
    },
  );
  server.maxConnections = limits.connections;
  server.on("upgrade", (request, socket, head) => void gateway.handleUpgrade(request, socket, head));
  return server;
}

/** Begins to listen and says at which URL. Throws ERR_LISTEN. */
export async function startListening(server: Server, { host, port }: ListenAddress): Promise<string> {
  server.listen({ host, port });
  try {
    await once(server, "listening");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new CordonError("ERR_LISTEN", { address: `${host}:${port}`, reason }, {}, { cause: error });
  }
  const bound = server.address() as AddressInfo;
  return `http://${isIPv6(bound.address) ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

/**
 * Takes no more connections and lets requests under way end; what has not ended after `grace` milliseconds is
 * cut off.
 */
export async function stopListening(server: Server, grace: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  // A connection whose last request ends only now becomes idle, and its client would keep it.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
