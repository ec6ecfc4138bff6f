// SPDX-License-Identifier: Apache-2.0

/**
 * The codes with which a wall may refuse any attack. A program that fails with anything else (a TypeError, say)
 * has not been contained: it is broken, and its run counts as not run.
 */
export const commonRefusals: ReadonlySet<string> = new Set([
  "ERR_ACCESS_DENIED",
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOENT",
  "ENOSYS",
  "ENOTDIR",
  "EXDEV",
  "ESRCH",
  "EBADF",
  "EINVAL",
  "ECONNREFUSED",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "EADDRNOTAVAIL",
  "EAFNOSUPPORT",
  "EPROTONOSUPPORT",
  "ESOCKTNOSUPPORT",
  "EOPNOTSUPP",
  "ENOTSUP",
  // The program got something, but not the secret: an empty mask, another process's file.
  "EMPTY",
  // The call may well succeed; what counts is what the host sees.
  "NO_EFFECT",
]);
