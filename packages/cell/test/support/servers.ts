// SPDX-License-Identifier: Apache-2.0
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import type { TestContext } from "node:test";

/** A TCP server that answers each connection with what it got, in capitals. Returns its port. */
export async function tcpServer(context: TestContext, address = "127.0.0.1"): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    socket
      .on("data", (data) => socket.write(data.toString("utf8").toUpperCase()))
      .on("end", () => socket.end());
  });
  server.listen(0, address);
  await once(server, "listening");
  context.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** An HTTP server that answers with the path that was asked for. Returns its port. */
export async function httpServer(context: TestContext): Promise<number> {
  const server = createHttpServer((request, response) => response.end(`asked ${request.url}`));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A UDP server that sends back what it gets, in capitals, and keeps it. */
export async function udpServer(
  context: TestContext,
  address = "127.0.0.1",
): Promise<{ readonly port: number; readonly got: string[] }> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const got: string[] = [];
  socket.on("message", (data, { address: host, port }) => {
    got.push(data.toString());
    socket.send(data.toString().toUpperCase(), port, host);
  });
  socket.bind(0, address);
  await once(socket, "listening");
  context.after(() => socket.close());
  return { port: socket.address().port, got };
}

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
