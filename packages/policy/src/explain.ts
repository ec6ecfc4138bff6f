// SPDX-License-Identifier: Apache-2.0
import type { Denial, Scope } from "./types.ts";

const sentences: Readonly<Record<Scope, string>> = Object.freeze({
  "fs.read": "Reading {} is not granted",
  "fs.write": "Writing {} is not granted",
  "net.connect": "Connecting to {} is not granted",
  "net.listen": "Listening on {} is not granted",
  "net.unix": "The unix socket {} is not granted",
  env: "The environment variable {} is not granted",
  run: "Running {} is not granted",
  addon: "Loading the native code {} is not granted",
  worker: "Starting worker threads is not granted",
  wasi: "Using WASI is not granted",
  ffi: "Calling native functions is not granted",
  inspector: "Using the inspector is not granted",
  sys: "The system information {} is not granted",
});

/**
 * Says a denial in one line: what was refused, and the grant that would allow it or why none does.
 *
 * @example
 * explainDenial({ scope: "fs.read", resource: "/etc/passwd", grant: "--allow-fs-read=/etc/passwd" });
 * // Reading /etc/passwd is not granted. Grant it with --allow-fs-read=/etc/passwd
 */
export function explainDenial(denial: Denial): string {
  // What is refused comes from the program, and may hold anything, line breaks and terminal codes too.
  const resource = clean(denial.resource);
  const sentence = sentences[denial.scope].replace("{}", () => resource);
  if (denial.grant !== "") return `${sentence}. Grant it with ${quote(clean(denial.grant))}`;
  return denial.reason === undefined ? `${sentence}.` : `${sentence}: ${clean(denial.reason)}.`;
}

function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, "\uFFFD").slice(0, 4200);
}

/** Quotes for a shell where that is needed, so that the grant can be copied. */
function quote(flag: string): string {
  return /^[\w@%+=:,./-]+$/.test(flag) ? flag : `'${flag.replaceAll("'", "'\\''")}'`;
}
