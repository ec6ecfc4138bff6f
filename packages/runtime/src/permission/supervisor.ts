// SPDX-License-Identifier: Apache-2.0
import { readSync, writeSync } from "node:fs";
import type { Scope } from "@cordon/policy";
import { ANSWER, isOurs, REPORT } from "../report.ts";
import { nextRequest, type SharedLog } from "./shared.ts";

// As they were before the program could replace them.
const read = readSync;
const write = writeSync;
const encode = encodeURIComponent;
const decode = decodeURIComponent;
const { wait } = Atomics;

// As much as a pipe takes at once (PIPE_BUF): what is longer could be cut by what another thread reports.
const LONGEST = 4096;
const PAUSE = 50;
const ATTEMPTS = 200;
const LINE_END = 10;

/** Why a path is not covered that does not exist. */
export const NOTHING_THERE = "nothing is there that could be covered";
const REASONS: Readonly<Record<string, string>> = {
  EBUSY: "a process of the cell works in a directory inside",
  ENOENT: NOTHING_THERE,
  ELOOP: "a symbolic link is in the way",
  ENOSPC: "too much has been given up one by one",
  EINVAL: "the supervisor does not understand it",
  E2BIG: "it is too long",
};

/**
 * Has something taken away from outside: waits until the supervisor has done it, for all threads and children.
 *
 * @returns why it could not be done; undefined if it is
 */
export function askSupervisor(
  log: SharedLog,
  scope: Scope,
  reference: string | undefined,
): string | undefined {
  const word = reference === undefined ? "" : ` ${encode(reference).replaceAll("%2F", "/")}`;
  if (word.length + scope.length + 32 > LONGEST) return "it is too long";
  if (!isOurs()) return "the program has closed the descriptor on which the supervisor listens";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const request = nextRequest(log);
    const answer = ask(request, `drop ${request} ${scope}${word}\n`);
    if (answer === "done") return undefined;
    if (answer !== "EAGAIN") return REASONS[answer] ?? decode(answer).replace(/\.$/, "");
    wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
  }
  return "the supervisor is busy";
}

function ask(request: number, line: string): string {
  try {
    if (write(REPORT, line) !== line.length) return "the%20supervisor%20is%20busy";
    return answerTo(request);
  } catch (error) {
    const code: unknown = (error as { code?: unknown }).code;
    // Full with what other threads report, for a moment.
    return code === "EAGAIN" ? code : "the%20supervisor%20cannot%20be%20reached";
  }
}

/** Reads lines until the one that answers: others were for a thread that did not live to read them. */
function answerTo(request: number): string {
  const bytes = new Uint8Array(LONGEST);
  let line = "";
  for (;;) {
    const length = read(ANSWER, bytes, 0, LONGEST, null);
    if (length === 0) return "the%20supervisor%20is%20gone";
    for (let index = 0; index < length; index++) {
      if (bytes[index] !== LINE_END) {
        line += String.fromCharCode(bytes[index] ?? 0);
        continue;
      }
      const space = line.indexOf(" ");
      if (line.slice(0, space) === String(request)) return line.slice(space + 1);
      line = "";
    }
  }
}
