// SPDX-License-Identifier: Apache-2.0
// Bundles the command. A hundred small modules take Node 30 ms to find and load, one file takes 3; `bin/cordon.js` takes
// a bundle while nothing that went into it has changed, and the sources otherwise.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = import.meta.dirname;
const outdir = join(here, "dist");

/** `run` has a bundle without the other commands: it is the one that somebody waits for. */
const BUNDLES = [
  { name: "run", isLeftOut: (path) => !/\/(run|attend)\.ts$/.test(path) },
  { name: "main", isLeftOut: () => false },
];

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

/** Compiling the system call filter takes 5 ms of a start, reading it none. It comes out the same for the same options. */
const keptFilters = {
  name: "kept-filters",
  setup({ onLoad }) {
    onLoad({ filter: /\/walls\/src\/seccomp\/kept\.ts$/ }, () => ({
      contents: `
        import { existsSync, readFileSync } from "node:fs";
        export function keptFilter(name) {
          const file = __dirname + "/filters/" + name;
          return existsSync(file) ? readFileSync(file, "latin1") : undefined;
        }`,
      loader: "ts",
    }));
  },
};

async function keepFilters() {
  const { compileSeccomp, filterName, programText, usualOptions } = await import(
    "../walls/src/seccomp/index.ts"
  );
  rmSync(join(outdir, "filters"), { recursive: true, force: true });
  mkdirSync(join(outdir, "filters"), { recursive: true });
  for (const options of usualOptions())
    writeFileSync(join(outdir, "filters", filterName(options)), programText(compileSeccomp(options)));
}

/** Plans a program up to the moment of its start, and writes what V8 has compiled by then. */
const PLANNING = `
  const { writeSync } = require("node:fs");
  const { readBundle } = require("./bin/bundle.js");
  const { script, evaluate } = readBundle("run");
  const end = () => {
    writeSync(3, script.createCachedData());
    process.reallyExit(0);
  };
  process.execve = end;
  // A host that no program can be walled on is told so: the code is what led there.
  evaluate().main(["run", "bin/bundle.js"]).then(end);`;

/**
 * The code that V8 makes of the bundle of `run`: Node's own cache of code keeps none of the functions that are compiled
 * when they are first called, which here are nearly all, and takes a third of a start to compile.
 */
function keepCode() {
  rmSync(join(outdir, "run.code"), { force: true });
  const cache = mkdtempSync(join(tmpdir(), "cordon-build-"));
  try {
    const plan = () =>
      spawnSync(process.execPath, ["-e", PLANNING], {
        cwd: here,
        env: { XDG_CACHE_HOME: cache },
        stdio: ["ignore", "ignore", "pipe", "pipe"],
        maxBuffer: 16 * 1024 * 1024,
      });
    plan(); // What the host can do is found out once, and is known to all later starts.
    const { output, stderr, status } = plan();
    if (status !== 0 || output[3].length === 0)
      throw new Error(`The bundle of \`run\` does not run on ${process.execPath}: ${stderr.toString()}`);
    writeFileSync(join(outdir, "run.code"), output[3]);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

/**
 * Builds dist/run.cjs and dist/main.cjs, and for each the list of what it was made from; dist/run.code is what V8 makes
 * of the first. Commands in them are still evaluated only when asked for.
 */
export async function buildCommand() {
  // Without the lists no bundle is taken while it is only half there.
  for (const { name } of BUNDLES) rmSync(join(outdir, `${name}.inputs.json`), { force: true });
  await keepFilters();
  for (const { name, isLeftOut } of BUNDLES) {
    const leftOut = {
      name: "left-out",
      setup({ onResolve }) {
        onResolve({ filter: /^\.\/(commands\/|contain\.ts$)/ }, ({ path }) =>
          isLeftOut(path) ? { path, external: true } : undefined,
        );
      },
    };
    const { metafile } = await build({
      absWorkingDir: here,
      entryPoints: ["./src/main.ts"],
      outfile: join(outdir, `${name}.cjs`),
      bundle: true,
      format: "cjs",
      platform: "node",
      target: "node24",
      // Less to read at each start. Names stay, for stack traces.
      minifySyntax: true,
      minifyWhitespace: true,
      lineLimit: 120,
      legalComments: "none",
      metafile: true,
      logLevel: "error",
      plugins: [leftOut, keptFilters, ownPlaces, onlyOurs],
    });
    if (name === "run") keepCode();
    const inputs = Object.keys(metafile.inputs).map((input) => {
      const path = resolve(here, input);
      const { mtimeMs, size } = statSync(path);
      return [relative(outdir, path), mtimeMs, size];
    });
    writeFileSync(join(outdir, `${name}.inputs.json`), JSON.stringify(inputs));
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await buildCommand();
