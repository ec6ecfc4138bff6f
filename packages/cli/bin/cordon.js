#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Plain JavaScript that any Node can read, so that an old one gets a sentence and not a syntax error. CommonJS, as the
// bundle is, because Node's loader for modules takes 20 ms to be there and to look into every built-in that we name.
const OLDEST_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `cordon: expected Node ${OLDEST_NODE} or newer for Cordon itself, got ${process.version} (${process.execPath}).\n` +
      "  To run a program on another Node, keep Cordon on a new one and use --node=PATH.\n",
  );
  process.exit(125);
}

const { isFresh, readBundle } = require("./bundle.js");

function load() {
  // What runs a program elsewhere is not in the bundle of `run`.
  const isElsewhere = process.argv.some((word) => word.startsWith("--with"));
  const name = ["run", "attend"].includes(process.argv[2]) && !isElsewhere ? "run" : "main";
  const isBundled = isFresh(name);
  if (isBundled && name === "run") {
    const { script, evaluate } = readBundle(name);
    if (script.cachedDataRejected === false) return evaluate();
  }
  require("./compile-cache.js").useCompileCache();
  return isBundled ? require(`../dist/${name}.cjs`) : import("../src/main.ts");
}

void Promise.resolve(load())
  .then(({ main }) => main(process.argv.slice(2)))
  .then((code) => process.exit(code));
