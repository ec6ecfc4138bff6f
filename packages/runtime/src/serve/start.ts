// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { inspect } from "node:util";
import { toRequest } from "./request.ts";
import { sendResponse } from "./response.ts";
import type { Handler } from "./shape.ts";

/** Where the host reaches an app that does not listen itself. The network is the cell's own. */
const PORT = 8080;
const HOST = "127.0.0.1";

/** Makes an HTTP server of what an app exports. */
export function startServer(handler: Handler): void {
  createServer((request, response) => {
    answer(handler, request, response).catch((error: unknown) => fail(response, error));
  }).listen(PORT, HOST);
}

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (handler.kind === "node") {
    await handler.call(request, response);
    return;
  }
  const aborter = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) aborter.abort(new Error("The client has gone"));
  });
  const webRequest = toRequest(request, aborter.signal);
  if (webRequest === undefined) {
    response.writeHead(400).end("Bad Request\n");
    return;
  }
  await sendResponse(await handler.call(webRequest), request, response);
}

/** The stack is for the app's log; the client learns that it failed, and nothing else. */
function fail(response: ServerResponse, error: unknown): void {
  // Whoever went away is told nothing, and the app's complaint about that is no failure.
  if (response.destroyed) return;
  process.stderr.write(`${inspect(error)}\n`);
  if (response.headersSent) response.destroy();
  else
    response.writeHead(500, { "content-type": "text/plain; charset=utf-8" }).end("Internal Server Error\n");
}
