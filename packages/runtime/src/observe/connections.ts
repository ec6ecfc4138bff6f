// SPDX-License-Identifier: Apache-2.0
import dgram from "node:dgram";
import net, { isIP } from "node:net";
import type { AccessRequest } from "@cordon/policy";
import { replaceFunction } from "../replace.ts";

/** Something asked of the network; `frames` is where, for what is known only later. */
export type WatchEndpoint = (request: AccessRequest, frames?: readonly string[]) => void;

/** Watches connections, with the addresses that their names come to, sockets that listen, and datagrams. */
export function observeConnections(watch: WatchEndpoint, framesNow: () => readonly string[]): void {
  replaceFunction(net.Socket.prototype, "connect", (original) => (self, args) => {
    const { path, port, host } = endpointOf(args);
    if (path !== undefined) watch({ scope: "net.unix", path });
    else if (port !== undefined && isIP(host) !== 0)
      watch({ scope: "net.connect", protocol: "tcp", address: host, port });
    else if (port !== undefined) {
      const frames = framesNow();
      (self as net.Socket).on("lookup", (error: unknown, address: unknown) => {
        if (typeof address !== "string" || (error !== null && error !== undefined)) return;
        watch({ scope: "net.connect", protocol: "tcp", address, name: host, port }, frames);
      });
    }
    return original(self, args);
  });
  replaceFunction(net.Server.prototype, "listen", (original) => (self, args) => {
    const { path, port, host, isNamed } = endpointOf(args);
    if (path !== undefined) watch({ scope: "net.unix", path });
    else if (port !== undefined) {
      const address = isNamed && isIP(host) !== 0 ? host : isNamed ? "127.0.0.1" : "0.0.0.0";
      watch({ scope: "net.listen", protocol: "tcp", address, port });
    }
    return original(self, args);
  });
  replaceFunction(dgram.Socket.prototype, "send", (original) => (self, args) => {
    // send(message, [offset, length,] [port, [address]], [callback])
    const at = typeof args[3] === "number" ? 3 : 1;
    const port = args[at];
    const address = args[at + 1];
    if (typeof port === "number" && typeof address === "string" && isIP(address) !== 0)
      watch({ scope: "net.connect", protocol: "udp", address, port });
    return original(self, args);
  });
}

interface Endpoint {
  readonly path?: string;
  readonly port?: number;
  readonly host: string;
  readonly isNamed: boolean;
}

/** What `connect` and `listen` take: options, a path, or a port and perhaps a host; Node itself hands on a list of them. */
function endpointOf(args: readonly unknown[]): Endpoint {
  const list: readonly unknown[] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  const [first, second] = list;
  const given: Record<string, unknown> =
    typeof first === "object" && first !== null
      ? { ...first }
      : typeof first === "string" && !/^\d+$/.test(first)
        ? { path: first }
        : { port: first, host: typeof second === "string" ? second : undefined };
  const isNamed = typeof given["host"] === "string" && given["host"] !== "";
  const host = isNamed ? String(given["host"]) : "localhost";
  const port = Number(given["port"] ?? Number.NaN);
  if (typeof given["path"] === "string") return { path: given["path"], host, isNamed };
  return Number.isInteger(port) && port >= 0 && port < 65_536 ? { port, host, isNamed } : { host, isNamed };
}
