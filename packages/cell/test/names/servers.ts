// SPDX-License-Identifier: Apache-2.0
// What a granted name leads to: servers at the public addresses of the test's own network.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:net";
import type { TestContext } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import {
  type Answer,
  type NameServer,
  type Question,
  startNameServer,
  type ZoneRecord,
  zoneOf,
} from "../support/dns-server.ts";

export const FOUR = "93.184.216.34";
export const SIX = "2606:4700::1111";
/** What both ends of a TLS connection know; it needs no certificate. */
export const KEY = "00112233445566778899aabbccddeeff";

async function listen(context: TestContext, server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, "listening");
  context.after(() => server.close());
}

/** An HTTP server that says which host was asked for, and at which of its addresses. */
export async function webServer(context: TestContext, address: string, port = 80): Promise<void> {
  const server = createServer({ keepAlive: false } as object, (request, response) => {
    response.setHeader("connection", "close");
    response.end(`${request.headers.host} at ${request.socket.localAddress}`);
  });
  await listen(context, server, port, address);
}

/** A TLS server that answers with the name that the client gave (SNI). */
export async function tlsServer(context: TestContext, address: string, port = 443): Promise<void> {
  const server = createTlsServer(
    { pskCallback: () => Buffer.from(KEY, "hex"), ciphers: "PSK", maxVersion: "TLSv1.2" },
    (socket) => {
      socket.on("error", () => {});
      socket.end(`hello ${String((socket as { servername?: unknown }).servername)}`);
    },
  );
  await listen(context, server, port, address);
}

/** A UDP server that sends back what it gets, in capitals. */
export async function echoServer(context: TestContext, address: string, port: number): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (data, peer) => socket.send(data.toString().toUpperCase(), peer.port, peer.address));
  socket.bind(port, address);
  await once(socket, "listening");
  context.after(() => socket.close());
}

const two = (name: string): readonly ZoneRecord[] => [
  { name, type: "A", data: FOUR },
  { name, type: "AAAA", data: SIX },
];

/** The names that most tests ask for. */
export const zone: readonly ZoneRecord[] = [
  ...two("www.example.test"),
  { name: "four.example.test", type: "A", data: FOUR },
  { name: "six.example.test", type: "AAAA", data: SIX },
  { name: "alias.example.test", type: "CNAME", data: "one.cdn.test" },
  { name: "one.cdn.test", type: "CNAME", data: "two.cdn.test" },
  { name: "two.cdn.test", type: "A", data: FOUR },
  { name: "private.example.test", type: "A", data: "10.0.0.1" },
  { name: "mixed.example.test", type: "A", data: "169.254.169.254" },
  { name: "mixed.example.test", type: "A", data: FOUR },
  { name: "mixed.example.test", type: "AAAA", data: "::ffff:10.0.0.1" },
  { name: "mixed.example.test", type: "AAAA", data: "64:ff9b::a00:1" },
  { name: "mixed.example.test", type: "AAAA", data: SIX },
  { name: "local.example.test", type: "A", data: "127.0.0.1" },
  ...Array.from({ length: 60 }, (_, index): ZoneRecord => {
    return { name: "many.example.test", type: "A", data: `93.184.217.${index}` };
  }),
  { name: "data.example.test", type: "TXT", data: "long ".repeat(600) },
  { name: "data.example.test", type: "MX", data: "10 mail.example.test" },
  { name: "data.example.test", type: "SRV", data: "1 2 443 www.example.test" },
  { name: "data.example.test", type: "NS", data: "ns.example.test" },
  { name: "data.example.test", type: "A", data: "10.9.9.9" },
  { name: "www.other.test", type: "A", data: FOUR },
];

/** A nameserver for one test, with this zone or these answers. */
export async function nameServer(
  context: TestContext,
  answer: (question: Question) => Answer = zoneOf(zone),
): Promise<NameServer & { readonly resolvers: readonly string[] }> {
  const server = await startNameServer(answer);
  context.after(() => server.close());
  return { ...server, resolvers: [`127.0.0.1:${server.port}`] };
}
