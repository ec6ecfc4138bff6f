// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "@cordon/policy";
import { isFileIn, namesAtTop, readTextIn } from "./files.ts";

const largestManifest = 1024 * 1024;
const extensions = ["js", "mjs", "cjs", "ts", "mts", "cts"];
const usual = ["index", "server", "app"].flatMap((name) => extensions.map((end) => `${name}.${end}`));

/**
 * Finds the file that a bundle runs: package.json's `main`, or one of the usual names, or the only program at
 * the top. Throws ERR_ENTRY_MISSING.
 */
export async function findEntry(directory: string): Promise<string> {
  const main = await readMain(directory);
  const tried = main === undefined ? usual : spellings(main);
  for (const path of tried) if (await isFileIn(directory, path)) return path;
  const programs = (await namesAtTop(directory)).filter((name) => /\.[cm]?[jt]s$/.test(name));
  const [only] = programs;
  if (main === undefined && only !== undefined && programs.length === 1) return only;
  const expected =
    main === undefined
      ? "package.json with `main`, or index.js, server.js, app.js"
      : `package.json's main, ${JSON.stringify(main.slice(0, 80))}`;
  throw new CordonError("ERR_ENTRY_MISSING", { expected });
}

/** `main` as Node reads it: with or without its extension, or a directory. */
function spellings(main: string): readonly string[] {
  const path = main.replace(/^(?:\.\/)+/, "");
  return [path, `${path}.js`, `${path}.cjs`, `${path}.mjs`, `${path}/index.js`];
}

async function readMain(directory: string): Promise<string | undefined> {
  const text = await readTextIn(directory, "package.json", largestManifest);
  if (text === undefined) return undefined;
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw new CordonError(
      "ERR_BUNDLE_INVALID",
      { entry: "package.json", reason: "no JSON" },
      {},
      { cause: error },
    );
  }
  if (typeof manifest !== "object" || manifest === null || !("main" in manifest)) return undefined;
  return typeof manifest.main === "string" && manifest.main !== "" ? manifest.main : undefined;
}
