// SPDX-License-Identifier: Apache-2.0
import { dirname, extname, join } from "node:path";

const NODE_SHEBANG = /^#!\s*\S*(?:\/env\s+(?:-S\s+)?(?:\S+=\S*\s+)*)?(?:\S*\/)?node(?:\s|$)/;
const SHELL_SHEBANG = /^#!\s*(?:\S*\/)?(?:env\s+)?(?:\S*\/)?(?:ba|da)?sh\b/;
/** The line of the shell script that pnpm and yarn write in place of a link. */
const SHIM = /exec\s+(?:"\$basedir\/node"|node)\s+"\$basedir\/([^"$]+)"/;
const SCRIPTS = new Set([".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"]);

/**
 * The Node script behind an executable file.
 *
 * @param head the first bytes of the file
 * @returns `undefined` for what Node cannot load: a native binary, a script for another interpreter
 */
export function scriptOf(path: string, head: string): string | undefined {
  if (NODE_SHEBANG.test(head)) return path;
  if (SHELL_SHEBANG.test(head)) {
    const target = SHIM.exec(head)?.[1];
    return target === undefined ? undefined : join(dirname(path), target);
  }
  return !head.startsWith("#!") && SCRIPTS.has(extname(path)) ? path : undefined;
}
