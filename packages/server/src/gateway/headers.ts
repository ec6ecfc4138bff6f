// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage } from "node:http";
import { validateHeaderName, validateHeaderValue } from "node:http";

/** Header lines as Node's `writeHead` takes them: name, value, name, value. */
export type HeaderLines = string[];

// RFC 9110, 7.6.1, and those that older programs use for one connection.
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-authentication-info",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);

// What only the host may say about a request; from a client it would be a lie that apps believe.
const hostOnly = /^(?:forwarded|x-forwarded-.*|x-real-ip|expect)$/;

// An answer speaks for its own path, but these speak for the whole origin, which all apps of a host share.
const originWide = new Set([
  "alt-svc",
  "clear-site-data",
  "origin-agent-cluster",
  "public-key-pins",
  "service-worker-allowed",
  "strict-transport-security",
]);

/** What the host knows about a client. */
export interface ClientFacts {
  address: string | undefined;
  prefix: string;
  /** Whether an Authorization header is the host's own admin token. */
  isAdminToken: (authorization: string) => boolean;
}

/** The headers of a client's request as the app gets them. The framing of the body is said anew. */
export function requestHeaders(request: IncomingMessage, client: ClientFacts): HeaderLines {
  const lines = keep(request.rawHeaders, (name, value) => {
    if (hostOnly.test(name) || name === "content-length") return false;
    // Sent here by mistake, it would give the host away to the app.
    return !(name === "authorization" && client.isAdminToken(value));
  });
  // One of the two or none: Node's parser refuses requests with both. Said explicitly, because Node would send
  // the body of a GET without any framing, and the app would read it as the next request.
  const length = request.headers["content-length"];
  if (request.headers["transfer-encoding"] !== undefined) lines.push("Transfer-Encoding", "chunked");
  else if (length !== undefined) lines.push("Content-Length", length);
  lines.push("X-Forwarded-Proto", "http", "X-Forwarded-Prefix", client.prefix);
  // HTTP/1.0 knows no Host, and a server of today refuses a request without one.
  if (request.headers.host === undefined) lines.push("Host", "localhost");
  else lines.push("X-Forwarded-Host", request.headers.host);
  if (client.address !== undefined) lines.push("X-Forwarded-For", client.address);
  return lines;
}

/** The headers of an app's answer as the client gets them. Throws for a line that cannot be sent. */
export function responseHeaders(response: IncomingMessage): HeaderLines {
  const noBody = response.statusCode === 204 || response.statusCode === 304;
  const lines = keep(
    response.rawHeaders,
    (name) => !originWide.has(name) && !(noBody && name === "content-length"),
  );
  for (let index = 0; index < lines.length; index += 2) {
    const [name = "", value = ""] = lines.slice(index, index + 2);
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return lines;
}

/** Whether a request has a body. */
export function hasBody(request: IncomingMessage): boolean {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && length !== "0");
}

function keep(raw: readonly string[], wanted: (name: string, value: string) => boolean): HeaderLines {
  const named = namedByConnection(raw);
  const lines: HeaderLines = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = "", value = ""] = raw.slice(index, index + 2);
    const lower = name.toLowerCase();
    if (!hopByHop.has(lower) && !named.has(lower) && wanted(lower, value)) lines.push(name, value);
  }
  return lines;
}

/** A Connection header names more headers that end with this connection. */
function namedByConnection(raw: readonly string[]): ReadonlySet<string> {
  const named = new Set<string>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() !== "connection") continue;
    for (const token of (raw[index + 1] ?? "").split(",")) named.add(token.trim().toLowerCase());
  }
  // These say what the message is. A client that names them here wants two readers to disagree.
  for (const name of ["host", "content-length", "content-type", "authorization", "cookie"])
    named.delete(name);
  return named;
}
