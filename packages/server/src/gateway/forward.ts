// SPDX-License-Identifier: Apache-2.0
import {
  type ClientRequest,
  type IncomingMessage,
  request as startRequest,
  type ServerResponse,
} from "node:http";
import { CordonError } from "@cordon/policy";
import { type CellAgent, CellUnreachable } from "../apps/agent.ts";
import type { ServerLimits } from "../options.ts";
import { Deadline } from "./deadline.ts";
import { type HeaderLines, hasBody, responseHeaders } from "./headers.ts";
import type { Target } from "./target.ts";

/** One request on its way through. */
export interface Passage {
  request: IncomingMessage;
  response: ServerResponse;
  target: Target;
  headers: HeaderLines;
  agent: CellAgent;
  limits: ServerLimits;
}

/** Nothing of a request has had an effect: it may be sent again. `error` is for when it is not. */
export class Unsent extends Error {
  readonly error: CordonError;
  /** Whether the cell takes no connections any more; it is about to end, or has. */
  readonly unreachable: boolean;

  constructor(error: CordonError, unreachable: boolean) {
    super("the request was not sent", { cause: error });
    this.error = error;
    this.unreachable = unreachable;
  }
}

/**
 * Passes a request to an app and its answer back, both as streams; resolves when the answer has been sent.
 * Throws ERR_APP_ANSWER, ERR_APP_TIMEOUT, ERR_BODY_TOO_LARGE, or Unsent.
 */
export function forward(passage: Passage): Promise<void> {
  const { request, response, target, limits } = passage;
  const answer = (reason: string, cause?: unknown): CordonError => answerError(target, reason, cause);
  return new Promise((resolve, reject) => {
    const upstream = openRequest(passage, passage.headers);
    const end = (settle: () => void): void => {
      deadline.clear();
      response.off("close", onClientGone);
      request.off("data", onBody);
      request.unpipe(upstream);
      settle();
    };
    const fail = (error: Error): void => {
      end(() => reject(error));
      upstream.destroy();
    };
    const deadline = new Deadline(limits.responseTimeout, () => {
      fail(timeoutError(target, limits));
    });
    const onClientGone = (): void => {
      upstream.destroy();
      end(resolve);
    };
    let sent = 0;
    const onBody = (chunk: Buffer): void => {
      deadline.push();
      sent += chunk.length;
      if (sent > limits.requestBytes)
        fail(new CordonError("ERR_BODY_TOO_LARGE", { limit: limits.requestBytes }));
    };
    response.once("close", onClientGone);
    upstream.on("error", (error) => {
      const ended = answer("the connection to it ended", error);
      // A connection from the pool may have been closed by the app in the same moment.
      const stale = upstream.reusedSocket && isSafe(request) && !response.headersSent;
      const unreachable = error instanceof CellUnreachable;
      fail(stale || unreachable ? new Unsent(ended, unreachable) : ended);
    });
    // An answer to an upgrade that nobody asked for.
    upstream.once("upgrade", (_response, socket) => {
      socket.destroy();
      fail(answer("it switched protocols without being asked"));
    });
    upstream.once("response", (incoming) => {
      deadline.stretch(limits.idleTimeout);
      passAnswer(incoming, response, deadline).then(
        () => {
          end(resolve);
          // Answered before all of the body was read: neither end can use the connection for another request.
          if (!upstream.writableFinished) upstream.destroy();
          request.resume();
        },
        (error: unknown) => fail(answer("its answer broke off or cannot be passed on", error)),
      );
    });
    if (!hasBody(request)) {
      upstream.end();
      return;
    }
    // The body is not touched before there is a connection, so that it can still go over another one.
    upstream.once("socket", () => {
      // The app may want to answer before the first byte of the body.
      upstream.flushHeaders();
      request.on("data", onBody);
      request.pipe(upstream);
    });
  });
}

/** Starts a request to the app over its own connections. */
export function openRequest(passage: Passage, headers: HeaderLines): ClientRequest {
  const { request, target, agent, limits } = passage;
  return startRequest({
    agent,
    method: request.method ?? "GET",
    path: target.path,
    headers,
    maxHeaderSize: limits.headerBytes,
    insecureHTTPParser: false,
    // Names the pool only; the agent opens the connection through the cell.
    host: "cell",
    setHost: false,
    setDefaultHeaders: false,
  });
}

/** Streams an answer to the client; resolves when all of it has been handed over. */
export async function passAnswer(
  incoming: IncomingMessage,
  response: ServerResponse,
  deadline: Deadline,
): Promise<void> {
  const status = incoming.statusCode ?? 0;
  if (status < 200 || status > 599) throw new RangeError(`Expected a status from 200 to 599, got ${status}`);
  const headers = responseHeaders(incoming);
  response.writeHead(status, headers);
  // Where the body comes later (server-sent events), the client learns at once that the answer has begun; where
  // it is there already, it goes out in one piece with the headers.
  setImmediate(() => response.flushHeaders());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  incoming.on("data", () => deadline.push());
  incoming.on("error", reject);
  incoming.once("close", () => {
    if (!incoming.complete) reject(new Error("the answer broke off"));
  });
  response.once("finish", resolve);
  response.once("close", resolve);
  incoming.pipe(response);
  await promise;
}

function isSafe(request: IncomingMessage): boolean {
  return ["GET", "HEAD", "OPTIONS"].includes(request.method ?? "") && !hasBody(request);
}

/** The error for an app whose answer cannot be passed on. */
export function answerError({ tenant, app }: Target, reason: string, cause?: unknown): CordonError {
  return new CordonError("ERR_APP_ANSWER", { tenant, app, reason }, {}, { cause });
}

/** The error for an app that does not begin to answer. */
export function timeoutError({ tenant, app }: Target, limits: ServerLimits): CordonError {
  return new CordonError("ERR_APP_TIMEOUT", { tenant, app, limit: limits.responseTimeout });
}
