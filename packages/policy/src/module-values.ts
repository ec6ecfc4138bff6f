// SPDX-License-Identifier: Apache-2.0
import { parsePath } from "./path-values.ts";
import type { BuiltinRule, IntegrityRule, Origin } from "./types.ts";
import { expected, Malformed } from "./values.ts";

/** What stands in place of a hash for a directory of which every file must be pinned. */
export const LISTED = "listed";

/** The bytes of a base64 text for each hash of Subresource Integrity. */
const HASHES: Readonly<Record<string, RegExp>> = {
  sha256: /^[A-Za-z0-9+/]{43}=$/,
  sha384: /^[A-Za-z0-9+/]{64}$/,
  sha512: /^[A-Za-z0-9+/]{86}==$/,
};

/** Reads one entry of `integrity`. */
export function parseIntegrity(
  path: string,
  hash: unknown,
  at: { readonly directory: string; readonly origin: Origin },
): IntegrityRule {
  if (path.includes("*")) throw expected("a file or a directory by its name", path);
  const isDirectory = path.endsWith("/");
  const example = isDirectory
    ? '"listed": every file of a directory must be pinned'
    : 'a hash such as "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="';
  if (typeof hash !== "string") throw expected(example, hash);
  const [algorithm = "", digest = ""] = hash.split("-", 2);
  const isHash = Object.hasOwn(HASHES, algorithm) && HASHES[algorithm]?.test(digest) === true;
  if (isDirectory ? hash !== LISTED : !isHash) throw expected(example, hash);
  return Object.freeze({ path: parsePath(path, at.directory), hash, origin: at.origin });
}

/** Reads the name of a built-in module, with or without `node:`. */
export function parseBuiltin(text: unknown, origin: Origin): BuiltinRule {
  if (typeof text !== "string") throw expected('a built-in module such as "child_process"', text);
  const name = text.replace(/^node:/, "");
  const [above = ""] = name.split("/", 1);
  if (name.includes("/") && /^[a-z][a-z0-9_]*$/.test(above)) {
    throw new Malformed(
      `Expected a whole module, got \`${name}\`: ${above} leads to it too. Write ${above}.`,
    );
  }
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw expected('a built-in module such as "child_process"', text);
  return Object.freeze({ name, origin });
}
