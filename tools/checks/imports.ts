// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { Check } from "./check.ts";
import { listSources } from "./files.ts";

/** Which of our packages each package may import. The one direction of ARCHITECTURE.md, spelt out. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  policy: [],
  runtime: ["@cordon/policy"],
  walls: ["@cordon/policy"],
  cell: ["@cordon/policy", "@cordon/walls", "@cordon/runtime"],
  server: ["@cordon/policy", "@cordon/walls", "@cordon/cell"],
  cli: ["@cordon/policy", "@cordon/walls", "@cordon/cell", "@cordon/server"],
};
/** What a package without effects has no use for. */
const EFFECTS =
  /^node:(?:fs|net|tls|dns|http|https|http2|dgram|child_process|worker_threads|cluster|sqlite)\b/;
const IMPORT =
  /^\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"'\n]+)["']|^\s*import\s*["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']/gm;

export const imports: Check = {
  name: "imports",
  claim: "cli → server → cell → walls → policy, and runtime → policy alone",
  run: (root) =>
    listSources(root, "packages")
      .filter((path) => /^packages\/[^/]+\/src\//.test(path))
      .flatMap((path) =>
        importsOf(readFileSync(join(root, path), "utf8")).flatMap((specifier) => {
          const problem = judge(path, specifier);
          return problem === undefined ? [] : [`${path} imports "${specifier}": ${problem}`];
        }),
      ),
};

/** The specifiers that a module names, statically or not. */
export function importsOf(source: string): readonly string[] {
  return [...source.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** Why `specifier` may not stand in the module at `path`, or `undefined` if it may. */
export function judge(path: string, specifier: string): string | undefined {
  const own = path.split("/")[1] ?? "";
  if (specifier.startsWith(".")) {
    const target = normalize(join(dirname(path), specifier));
    if (!target.startsWith(`packages/${own}/`))
      return "a relative import stays in its package; import the package by name";
    return /\.(?:ts|tsx|json|js|cjs|mjs)$/.test(specifier) ? undefined : "a relative import ends in .ts";
  }
  if (own === "policy") {
    if (EFFECTS.test(specifier))
      return "packages/policy is pure; do the I/O in the caller and pass the result in";
    return specifier.startsWith("node:") ? undefined : "packages/policy has no dependencies";
  }
  if (!specifier.startsWith("@cordon/") && specifier !== "cordon") return undefined;
  const allowed = MAY_IMPORT[own] ?? [];
  // Which paths below its name a package has, its `exports` say.
  if (allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return undefined;
  return allowed.length === 0
    ? "this package imports none of the others"
    : `${own} may import ${allowed.join(", ")}; move what both need down to one of these`;
}
