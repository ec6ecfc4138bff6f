// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import moduleApi from "node:module";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";

const WRAPPER = ["exports", "require", "module", "__filename", "__dirname"];

/**
 * Loads an app as Node would load a program.
 *
 * @returns what it exports: a module's namespace, or `{ default }` with what a CommonJS file exports
 */
export async function loadApp(entry: string): Promise<object> {
  // As the main module, so that `require.main === module` holds in it.
  if (isCommonJS(entry)) return { default: mainLoader()(entry, null, true) };
  try {
    return (await import(pathToFileURL(entry).href)) as object;
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "code") === "ERR_UNKNOWN_FILE_EXTENSION") {
      const expected = `Expected a Node that strips types (22.18, 23.6 or later) for ${entry}`;
      throw new Error(`${expected}, got ${process.version}. Compile the app to JavaScript.`, {
        cause: error,
      });
    }
    throw error;
  }
}

function mainLoader(): (request: string, parent: null, isMain: boolean) => unknown {
  const { _load } = moduleApi as unknown as {
    _load: (request: string, parent: null, isMain: boolean) => unknown;
  };
  return _load;
}

function isCommonJS(entry: string): boolean {
  const extension = extname(entry);
  if (extension === ".cjs") return true;
  if (extension !== ".js" && extension !== "") return false;
  const type = packageType(dirname(entry));
  return type === undefined ? parsesAsCommonJS(entry) : type === "commonjs";
}

/** What the nearest package.json that this cell can see says. */
function packageType(directory: string): string | undefined {
  try {
    const { type }: { type?: unknown } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    return typeof type === "string" ? type : undefined;
  } catch {
    const parent = dirname(directory);
    return parent === directory ? undefined : packageType(parent);
  }
}

/** Node's own way to tell where no package says: what is no CommonJS by its syntax is a module. */
function parsesAsCommonJS(entry: string): boolean {
  try {
    compileFunction(readFileSync(entry, "utf8").replace(/^#!.*/, ""), WRAPPER, { filename: entry });
    return true;
  } catch {
    return false;
  }
}
