// SPDX-License-Identifier: Apache-2.0
import { programText } from "./bpf.ts";
import { compileSeccomp } from "./compile.ts";
import { keptFilter } from "./kept.ts";
import { filterName, type SeccompOptions } from "./options.ts";

const compiled = new Map<string, string>();

/** The filter for these options as a plan has it: 16 hexadecimal digits an instruction. Compiled once in a process. */
export function seccompText(options: SeccompOptions): string {
  const name = filterName(options);
  const text = compiled.get(name) ?? keptFilter(name) ?? programText(compileSeccomp(options));
  compiled.set(name, text);
  return text;
}
