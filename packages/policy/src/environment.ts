// SPDX-License-Identifier: Apache-2.0

// What Node, the dynamic loader or libc read before the first line of the program runs, and what would give
// them other code, other flags or another descriptor to start with.
const reserved = new Set([
  "NODE_OPTIONS",
  "NODE_REPL_EXTERNAL_MODULE",
  "NODE_CHANNEL_FD",
  "NODE_CHANNEL_SERIALIZATION_MODE",
  "NODE_UNIQUE_ID",
  "GLIBC_TUNABLES",
  "GCONV_PATH",
  "OPENSSL_CONF",
  "OPENSSL_CONF_INCLUDE",
  "OPENSSL_ENGINES",
  "OPENSSL_MODULES",
]);
const reservedPrefixes = ["LD_", "CORDON_"];

// These change what the program trusts, loads or writes, but only within what its other grants reach: they
// pass where somebody writes the name out, and no wildcard takes them along.
const exactOnly = new Set([
  "NODE_PATH",
  "NODE_EXTRA_CA_CERTS",
  "NODE_COMPILE_CACHE",
  "NODE_V8_COVERAGE",
  "NODE_REDIRECT_WARNINGS",
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
]);

/** Whether a variable is never granted, because it changes how Node or the loader starts. */
export function isReservedVariable(name: string): boolean {
  return reserved.has(name) || reservedPrefixes.some((prefix) => name.startsWith(prefix));
}

/** Whether a variable is granted by its full name alone, never by a wildcard. */
export function needsExactGrant(name: string): boolean {
  return exactOnly.has(name);
}

/** Why {@link isReservedVariable} refuses. */
export function reservedReason(name: string): string {
  return `${name} changes how Node or the loader starts, before any wall inside the process is up; it is never handed in`;
}
