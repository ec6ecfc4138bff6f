// SPDX-License-Identifier: Apache-2.0
// Bundles what is loaded inside a cell into one CommonJS file each: a cell has no node_modules of ours, and Node 20
// strips no types. Plain JavaScript, because set-up runs it on whatever Node is at hand (20 or later).
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Writes dist/preload.cjs and dist/serve.cjs. */
export async function buildRuntime() {
  await build({
    entryPoints: [here("src/preload.ts"), here("src/serve.ts")],
    absWorkingDir: here("."),
    outdir: here("dist"),
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    // Every start of a cell reads and parses these files. Names stay, for stack traces.
    minifySyntax: true,

    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await buildRuntime();
