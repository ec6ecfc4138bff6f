// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";

/** Sends what a fetch handler returned; its body streams, no faster than the client takes it. */
export async function sendResponse(
  value: unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isResponse(value)) {
    throw new TypeError(
      `Expected fetch() to return a Response, got ${value === null ? "null" : typeof value}`,
    );
  }
  const { status, statusText, headers, body } = value;
  response.statusCode = status;
  if (statusText !== "") response.statusMessage = statusText;
  for (const [name, field] of headers) response.appendHeader(name, field);

  if (body === null || request.method === "HEAD") {
    await body?.cancel();
    response.end();
    return;
  }
  const reader = body.getReader();
  response.once("close", () => {
    // The app's stream is told that nobody reads any more; how it takes that is its own affair.
    reader.cancel().catch(() => {});
  });
  response.flushHeaders();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (response.destroyed) return;
    if (!response.write(part.value)) await drained(response);
  }
  response.end();
}

/** By its form: a Response of the undici package is no instance of Node's. */
function isResponse(value: unknown): value is Response {
  return (
    typeof value === "object" && value !== null && "status" in value && "headers" in value && "body" in value
  );
}

async function drained(response: ServerResponse): Promise<void> {
  const stop = new AbortController();
  try {
    await Promise.race([
      once(response, "drain", { signal: stop.signal }),
      once(response, "close", { signal: stop.signal }),
    ]);
  } finally {
    stop.abort();
  }
}
