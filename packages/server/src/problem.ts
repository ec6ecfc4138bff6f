// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, ServerResponse } from "node:http";
import { STATUS_CODES } from "node:http";
import { CordonError, isCordonError } from "@cordon/policy";

/** An error as RFC 9457 sends it, with our code and fields beside. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  [field: string]: string | number;
}

const noRoom = new Set(["ENOSPC", "EDQUOT", "EROFS"]);
// What SQLite calls a full disk and a failed write to one (sqlite3.h).
const SQLITE_FULL = 13;
const SQLITE_IOERR = 10;

/** Why nothing could be written to the data directory; `undefined` if the error is another. */
function reasonOfFull(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error)) return undefined;
  if (noRoom.has(String(error.code))) return String(error.code);
  const primary = "errcode" in error ? Number(error.errcode) & 0xff : 0;
  return primary === SQLITE_FULL || primary === SQLITE_IOERR ? error.message : undefined;
}

function ownError(error: unknown): CordonError {
  if (isCordonError(error)) return error;
  const reason = reasonOfFull(error);
  return reason === undefined
    ? new CordonError("ERR_INTERNAL", {})
    : new CordonError("ERR_STORE_FULL", { reason });
}

/** Says an error in the words of the API. What is not one of ours becomes ERR_INTERNAL and tells nothing. */
export function toProblem(error: unknown): Problem {
  const known = ownError(error);
  const fields = Object.entries(known.details).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(fields),
    type: `urn:cordon:error:${known.code}`,
    title: STATUS_CODES[known.status] ?? "Error",
    status: known.status,
    detail: known.message,
    code: known.code,
  };
}

/** The bytes of a problem. */
export function problemBody(problem: Problem): Buffer {
  return Buffer.from(`${JSON.stringify(problem)}\n`);
}

/** Sends an error where fastify has no part in the answer. Does nothing once an answer has begun. */
export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const problem = toProblem(error);
  const body = problemBody(problem);
  response.writeHead(problem.status, {
    "content-type": "application/problem+json",
    "content-length": body.length,
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(request.method === "HEAD" ? undefined : body);
  // What is left of the request's body is read and thrown away, so that the client gets to read the answer.
  request.resume();
}
