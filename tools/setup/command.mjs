// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isFresh } from "../../packages/cli/bin/bundle.js";
import { requireWritable, runOrFail } from "./step.mjs";

export const command = {
  title: "bundling the command",

  isStale() {
    return !isFresh("run") || !isFresh("main");
  },

  /** @param {string} root */
  perform(root) {
    const directory = join(root, "packages/cli");
    requireWritable(directory);
    const node = join(root, "node_modules/.bin/node");
    runOrFail(existsSync(node) ? node : process.execPath, ["build.mjs"], {
      cwd: directory,
      remedy: "esbuild's own lines are above.",
    });
  },
};
