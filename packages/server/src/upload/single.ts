// SPDX-License-Identifier: Apache-2.0
import type { Readable } from "node:stream";
import { CordonError } from "@cordon/policy";
import type { BundleEntry } from "../store/bundles.ts";
import { limitBytes, readBody } from "./bytes.ts";
import { parseBundlePath } from "./paths.ts";

const name = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\.(?:js|mjs|cjs|ts|mts|cts)$/;
// A statement at the start of a line that only a module may have. Where the guess is wrong, `?name=` says it.
const moduleSyntax =
  /^\s*(?:import\s*["'{*\w]|export\s*(?:default\b|[{*]|(?:async|class|const|let|function)\b))/m;

/** One file as a bundle. Its name is the one that was asked for, or follows from whether it is a module. */
export async function* readSingleFile(
  body: Readable,
  options: { name: string | undefined; typescript: boolean; uploadBytes: number },
): AsyncGenerator<BundleEntry> {
  if (options.name !== undefined && !name.test(options.name)) {
    const got = JSON.stringify(options.name.slice(0, 80));
    const expected = "a file name that ends in .js, .mjs, .cjs, .ts, .mts or .cts";
    throw new CordonError("ERR_REQUEST_INVALID", {
      reason: `expected \`name\` to be ${expected}, got ${got}`,
    });
  }
  const limit = limitBytes(options.uploadBytes, () => {
    return new CordonError("ERR_BODY_TOO_LARGE", { limit: options.uploadBytes });
  });
  const text = Buffer.concat(await Array.fromAsync(limit(readBody(body))));
  const path = parseBundlePath(options.name ?? guessName(text.toString("utf8"), options.typescript));
  if (path === undefined || text.length === 0) {
    throw new CordonError("ERR_REQUEST_INVALID", {
      reason: "expected the text of a program, got an empty body",
    });
  }
  yield { kind: "file", path, executable: false, content: once(text) };
}

function guessName(text: string, typescript: boolean): string {
  const isModule = moduleSyntax.test(text);
  if (typescript) return isModule ? "index.mts" : "index.ts";
  return isModule ? "index.mjs" : "index.js";
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
