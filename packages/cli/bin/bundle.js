// SPDX-License-Identifier: Apache-2.0
const { existsSync, readFileSync, statSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

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

/**
 * Reads a bundle, with the code that V8 has made of it before (`build.mjs`). V8 takes that only where version and flags
 * are those of the Node that it was made by: `cachedDataRejected` says so.
 *
 * @returns {{ script: Script, evaluate(): object }} `evaluate` gives what the bundle exports
 */
exports.readBundle = function readBundle(name) {
  const filename = `${dist}/${name}.cjs`;
  const code = `${dist}/${name}.code`;
  // esbuild writes nothing but ASCII.
  const text = `(function(require,module,exports,__filename,__dirname){${readFileSync(filename, "latin1")}\n})`;
  const script = new Script(text, {
    filename,
    cachedData: existsSync(code) ? readFileSync(code) : undefined,
  });
  const evaluate = () => {
    const module = { exports: {} };
    script.runInThisContext()(require, module, module.exports, filename, dirname(filename));
    return module.exports;
  };
  return { script, evaluate };
};
