// SPDX-License-Identifier: Apache-2.0
import { type IncomingMessage, ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { CellUnreachable } from "../apps/agent.ts";
import { Deadline } from "./deadline.ts";
import { answerError, openRequest, type Passage, passAnswer, timeoutError, Unsent } from "./forward.ts";
import { type HeaderLines, hasBody, responseHeaders } from "./headers.ts";

/**
 * Whether a request becomes a connection of its own. WebSocket alone: `h2c`, for one, would carry requests past
 * the gateway that it never sees. Other requests with an Upgrade header are served as if they had none.
 */
export function isWebSocket(request: IncomingMessage): boolean {
  return (
    request.method === "GET" && request.headers.upgrade?.toLowerCase() === "websocket" && !hasBody(request)
  );
}

/** A response object over a connection that Node has already handed out. */
export function responseOver(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  // Node types this for sockets of net; any duplex stream does.
  response.assignSocket(socket as Parameters<ServerResponse["assignSocket"]>[0]);
  response.once("finish", () => socket.end());
  return response;
}

/**
 * Passes a WebSocket handshake to an app; once the app agrees, bytes go both ways until one end closes or
 * nothing has passed for `idleTimeout`. Resolves at the end.
 */
export function forwardUpgrade(passage: Passage, socket: Duplex, head: Buffer): Promise<void> {
  const { target, response, limits } = passage;
  const headers = [...passage.headers, "Connection", "Upgrade", "Upgrade", "websocket"];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const upstream = openRequest(passage, headers);
  const deadline = new Deadline(limits.responseTimeout, () => {
    upstream.destroy();
    reject(timeoutError(target, limits));
  });
  const refuse = (reason: string, cause?: unknown): void => {
    upstream.destroy();
    reject(answerError(target, reason, cause));
  };
  socket.once("close", () => {
    upstream.destroy();
    resolve();
  });
  upstream.on("error", (error) => {
    const ended = answerError(target, "the connection to it ended", error);
    reject(error instanceof CellUnreachable ? new Unsent(ended, true) : ended);
  });
  upstream.once("response", (incoming) => {
    deadline.stretch(limits.idleTimeout);
    passAnswer(incoming, response, deadline).then(resolve, (error: unknown) =>
      refuse("its answer broke off", error),
    );
  });
  upstream.once("upgrade", (incoming, inner, innerHead) => {
    let lines: HeaderLines;
    try {
      lines = responseHeaders(incoming);
    } catch (error) {
      inner.destroy();
      return refuse("its handshake cannot be passed on", error);
    }
    deadline.clear();
    response.detachSocket(socket as Parameters<ServerResponse["detachSocket"]>[0]);
    socket.write(handshake(lines));
    if (innerHead.length > 0) socket.write(innerHead);
    if (head.length > 0) inner.write(head);
    joinStreams(socket, inner, limits.idleTimeout).then(resolve, reject);
  });
  upstream.end();
  return promise.finally(() => deadline.clear());
}

function handshake(lines: HeaderLines): string {
  let text = `HTTP/1.1 101 ${STATUS_CODES[101]}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
  for (let index = 0; index < lines.length; index += 2) text += `${lines[index]}: ${lines[index + 1]}\r\n`;
  return `${text}\r\n`;
}

/** Passes bytes both ways until both ends are closed. */
async function joinStreams(one: Duplex, other: Duplex, idle: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const deadline = new Deadline(idle, () => {
    one.destroy();
    other.destroy();
  });
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on("data", () => deadline.push());
    // An end that breaks off without a word takes the other with it; after its own `end`, pipe does that.
    from.once("close", () => to.end());
    from.on("error", () => from.destroy());
    from.pipe(to);
  }
  one.once("close", () => other.closed && resolve());
  other.once("close", () => one.closed && resolve());
  await promise;
  deadline.clear();
}
