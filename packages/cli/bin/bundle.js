// SPDX-License-Identifier: Apache-2.0
const { readFileSync, statSync } = require("node:fs");
const { join } = require("node:path");

const dist = join(__dirname, "../dist");

/**
 * Whether a bundle ("run", or "main" for all commands) is there and nothing that went into it has changed since. Costs a
 * stat for each source.
 */
exports.isFresh = function isFresh(name) {
  try {
    const inputs = JSON.parse(readFileSync(`${dist}/${name}.inputs.json`, "utf8"));
    return inputs.every(([path, mtimeMs, size]) => {
      const now = statSync(`${dist}/${path}`, { throwIfNoEntry: false });
      return now !== undefined && now.mtimeMs === mtimeMs && now.size === size;
    });
  } catch {
    return false; // No bundle yet: the sources run as they are.
  }
};
