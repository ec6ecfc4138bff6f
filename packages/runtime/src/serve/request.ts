// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

/**
 * A Node request as a web `Request`; its body streams.
 *
 * @returns undefined for what a `Request` cannot be made of: a malformed URL, or CONNECT and TRACE
 */
export function toRequest(message: IncomingMessage, signal: AbortSignal): Request | undefined {
  const headers = new Headers();
  const { rawHeaders, method = "GET" } = message;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  }
  try {
    const url = new URL(message.url ?? "/", `http://${message.headers.host ?? "localhost"}`);
    return new Request(url, { method, headers, signal, ...bodyOf(message) });
  } catch {
    // The client's fault; the constructors say no more than that.
    return undefined;
  }
}

function bodyOf(message: IncomingMessage): { body?: ReadableStream<Uint8Array>; duplex?: "half" } {
  const { method, headers } = message;
  if (method === "GET" || method === "HEAD") return {};
  if (headers["transfer-encoding"] === undefined && headers["content-length"] === undefined) return {};
  return { body: Readable.toWeb(message) as ReadableStream<Uint8Array>, duplex: "half" };
}
