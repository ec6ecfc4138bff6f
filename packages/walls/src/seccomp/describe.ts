// SPDX-License-Identifier: Apache-2.0
import type { SeccompOptions } from "./options.ts";

/** What becomes of one system call, for `cordon explain`. */
export interface SyscallDescription {
  readonly name: string;
  readonly number: number;
  /** `arguments`: it depends on them; the text says how. */
  readonly outcome: "allow" | "refuse" | "ask" | "arguments";
  /** One line, such as "allowed" or "refused with EPERM: reaches into other processes". */
  readonly text: string;
}

/** What becomes of each system call of the architecture, in the order of their numbers. */
export function describeSeccomp(options: SeccompOptions): readonly SyscallDescription[] {
  throw new Error(`not written yet: ${options.arch}`);
}
