// SPDX-License-Identifier: Apache-2.0
// Bundles the command. A hundred small modules take Node 30 ms to find and load, one file takes 5; `bin/cordon.js` takes
// the bundle while it is newer than everything in it, and the sources otherwise.
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = import.meta.dirname;
const outdir = join(here, "dist");

/** What our modules find beside themselves (the jail, the preload) they must still find from inside the bundle. */
const ownPlaces = {
  name: "own-places",
  setup({ onLoad }) {
    onLoad({ filter: /\/packages\/[^/]+\/src\/.*\.ts$/ }, ({ path }) => {
      const place = relative(outdir, dirname(path));
      const contents = readFileSync(path, "utf8")
        .replaceAll("import.meta.dirname", `(__dirname + ${JSON.stringify(`/${place}`)})`)
        .replaceAll(
          "import.meta.url",
          `(require("node:url").pathToFileURL(__dirname + ${JSON.stringify(`/${relative(outdir, path)}`)}).href)`,
        );
      return { contents, loader: "ts" };
    });
  },
};

/** Only our own packages go in; those from npm stay where they are. */
const onlyOurs = {
  name: "only-ours",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      path.startsWith("@cordon/") || kind === "entry-point" ? undefined : { path, external: true },
    );
  },
};

/** Builds dist/main.cjs and the list of what it was made from. Commands in it are still evaluated only when asked for. */
export async function buildCommand() {
  rmSync(join(outdir, "inputs.json"), { force: true });
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: ["./src/main.ts"],
    outfile: join(outdir, "main.cjs"),
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node24",
    legalComments: "none",
    metafile: true,
    logLevel: "error",
    plugins: [ownPlaces, onlyOurs],
  });
  const inputs = Object.keys(metafile.inputs).map((input) => {
    const path = resolve(here, input);
    const { mtimeMs, size } = statSync(path);
    return [relative(outdir, path), mtimeMs, size];
  });
  writeFileSync(join(outdir, "inputs.json"), JSON.stringify(inputs));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await buildCommand();
