#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Plain JavaScript that any Node can read, so that an old one gets a sentence and not a syntax error.
const OLDEST_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `cordon: expected Node ${OLDEST_NODE} or newer for Cordon itself, got ${process.version} (${process.execPath}).\n` +
      "  To run a program on another Node, keep Cordon on a new one and use --node=PATH.\n",
  );
  process.exit(125);
}

const { useCompileCache } = await import("./compile-cache.js");
useCompileCache();
const { main } = await import("../src/main.ts");
process.exit(await main(process.argv.slice(2)));
