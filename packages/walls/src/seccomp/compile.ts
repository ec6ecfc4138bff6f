// SPDX-License-Identifier: Apache-2.0
import type { SeccompProgram } from "./bpf.ts";
import type { SeccompOptions } from "./options.ts";

/** Compiles the allow-list into the program that the jail installs. */
export function compileSeccomp(options: SeccompOptions): SeccompProgram {
  throw new Error(`not written yet: ${options.arch}`);
}
