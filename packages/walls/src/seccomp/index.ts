// SPDX-License-Identifier: Apache-2.0

export type { ErrnoName, SeccompAction } from "./action.ts";
export type { Instruction, SeccompProgram } from "./bpf.ts";
export { encodeProgram, programText } from "./bpf.ts";
export { compileSeccomp } from "./compile.ts";
export type { SyscallDescription } from "./describe.ts";
export { describeSeccomp } from "./describe.ts";
export { compileRecorder } from "./recorder.ts";
export type { SyscallCall } from "./interpret.ts";
export { interpret } from "./interpret.ts";
export type { AnsweredCall, Architecture, SeccompOptions } from "./options.ts";
export { filterName, usualOptions } from "./options.ts";
