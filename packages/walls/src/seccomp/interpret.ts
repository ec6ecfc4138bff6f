// SPDX-License-Identifier: Apache-2.0
import type { SeccompAction } from "./action.ts";
import type { SeccompProgram } from "./bpf.ts";
import type { Architecture } from "./options.ts";

/** What the kernel shows a filter of one call (`struct seccomp_data`). Missing arguments are 0. */
export interface SyscallCall {
  /** A name of ours, or the kernel's AUDIT_ARCH number for any other. */
  readonly arch: Architecture | number;
  readonly nr: number;
  readonly args?: readonly bigint[];
}

/** Runs a program on one call as the kernel would, and returns the action. For tests. */
export function interpret(program: SeccompProgram, call: SyscallCall): SeccompAction {
  throw new Error(`not written yet: ${program.length} ${call.nr}`);
}
