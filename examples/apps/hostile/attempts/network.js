// SPDX-License-Identifier: Apache-2.0
import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** What should not be reached. */
export const network = {
  "call the host's API": ({ api }) => connectTo(api),
  "call the metadata service": () => connectTo({ host: "169.254.169.254", port: 80 }),
  "call the internet": () => connectTo({ host: "1.1.1.1", port: 443 }),
  "call by fetch": async () => (await fetch("http://1.1.1.1/")).status,
  "ask for a name": async () => (await lookup("example.com")).address,
  "send a datagram": async () => {
    const socket = createSocket("udp4");
    try {
      const { promise, resolve, reject } = Promise.withResolvers();
      socket.send("x", 53, "1.1.1.1", (error) => (error ? reject(error) : resolve("sent")));
      return await promise;
    } finally {
      socket.close();
    }
  },
  "listen on a unix socket of the host": async ({ outside }) => {
    const server = createServer().listen(`${outside}.sock`);
    await once(server, "listening");
    return "listening";
  },
  "listen on the host": async ({ freePort }) => {
    const server = createServer((socket) => socket.end("hostile"));
    server.listen(freePort, "0.0.0.0");
    await once(server, "listening");
    // In a network of its own it may; whether the host's port answers, only the host can tell.
    return "listening in its own network";
  },
};

async function connectTo(target) {
  const socket = connect(target);
  try {
    await once(socket, "connect");
    return "connected";
  } finally {
    socket.destroy();
  }
}
