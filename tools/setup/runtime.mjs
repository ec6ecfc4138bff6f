// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requireWritable, runOrFail } from "./step.mjs";

const SOURCES = ["packages/runtime/src", "packages/policy/src"];
const BUNDLES = ["preload.cjs", "preload.text", "preload.code", "serve.cjs", "record.cjs", "audit.cjs"];

export const runtime = {
  title: "bundling the runtime",

  /** @param {string} root */
  isStale(root) {
    const dist = join(root, "packages/runtime/dist");
    const stamp = join(dist, ".sources");
    return (
      BUNDLES.some((file) => !existsSync(join(dist, file))) ||
      !existsSync(stamp) ||
      readFileSync(stamp, "utf8") !== hashOfSources(root)
    );
  },

  /** @param {string} root */
  perform(root) {
    const directory = join(root, "packages/runtime");
    requireWritable(directory);
    const before = hashOfSources(root);
    const node = join(root, "node_modules/.bin/node");
    runOrFail(existsSync(node) ? node : process.execPath, ["build.mjs"], {
      cwd: directory,
      remedy: "esbuild's own lines are above.",
    });
    mkdirSync(join(directory, "dist"), { recursive: true });
    writeFileSync(join(directory, "dist/.sources"), before);
  },
};

/** By content, not by time: a checkout of another commit may carry older times. @param {string} root */
function hashOfSources(root) {
  const hash = createHash("sha256").update(readFileSync(join(root, "packages/runtime/build.mjs")));
  for (const source of SOURCES) {
    const directory = join(root, source);
    const names = readdirSync(directory, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith(".ts"));
    for (const name of names.sort())
      hash.update(`\0${source}/${name}\0`).update(readFileSync(join(directory, name)));
  }
  return hash.digest("hex");
}
