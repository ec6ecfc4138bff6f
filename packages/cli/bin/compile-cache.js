// SPDX-License-Identifier: Apache-2.0
const { lstatSync, mkdirSync } = require("node:fs");
const { enableCompileCache } = require("node:module");
const { dirname, isAbsolute, join } = require("node:path");

const OTHERS_MAY_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * Keeps compiled code between runs (25 ms less at start), but only where nobody else can put code of theirs:
 * whoever can write to this cache decides what Cordon executes. Where there is no such place, there is no cache.
 */
exports.useCompileCache = function useCompileCache() {
  const { XDG_CACHE_HOME: cacheHome, HOME: home } = process.env;
  const base = cacheHome ? cacheHome : home ? join(home, ".cache") : undefined;
  if (base === undefined || !isAbsolute(base)) return;
  const directory = join(base, "cordon/compile");
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (isOnlyOurs(directory)) enableCompileCache(directory);
  } catch {
    // A home that cannot be written to costs time, and nothing else.
  }
};

/** Whether no other user but root can change this directory or put another in its place. */
function isOnlyOurs(directory) {
  const us = process.geteuid?.();
  for (let path = directory; ; path = dirname(path)) {
    const { uid, mode } = lstatSync(path);
    const isDirectory = (mode & 0o170000) === 0o040000;
    const isSafelyShared = path !== directory && uid === 0 && (mode & STICKY) !== 0;
    if (!isDirectory || (uid !== us && uid !== 0)) return false;
    if ((mode & OTHERS_MAY_WRITE) !== 0 && !isSafelyShared) return false;
    if (path === dirname(path)) return true;
  }
}
