// SPDX-License-Identifier: Apache-2.0
import type { SeccompAction } from "./action.ts";
import { decodeAction } from "./action.ts";
import type { SeccompProgram } from "./bpf.ts";
import { AND, JUMP, JUMP_ANY_SET, JUMP_AT_LEAST, JUMP_EQUAL, LOAD_WORD, RETURN } from "./bpf.ts";
import { syscallTables } from "./numbers/index.ts";
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
  return decodeAction(run(program, call).value);
}

/** How many instructions a call takes. */
export function countSteps(program: SeccompProgram, call: SyscallCall): number {
  return run(program, call).steps;
}

function run(program: SeccompProgram, call: SyscallCall): { value: number; steps: number } {
  const data = seccompData(call);
  let accumulator = 0;
  let steps = 0;
  for (let counter = 0; ; counter++) {
    const instruction = program[counter];
    if (instruction === undefined)
      throw new RangeError(`Expected a return, got the end of the program at ${counter}`);
    const { code, jt, jf, k } = instruction;
    steps++;
    switch (code) {
      case LOAD_WORD:
        // As the kernel's checker has it: aligned, and within the structure.
        if (k % 4 !== 0 || k >= data.byteLength)
          throw new RangeError(`Expected an offset of a word, got ${k}`);
        accumulator = data.getUint32(k, true);
        break;
      case AND:
        accumulator = (accumulator & k) >>> 0;
        break;
      case JUMP:
        counter += k;
        break;
      case JUMP_EQUAL:
        counter += accumulator === k ? jt : jf;
        break;
      case JUMP_AT_LEAST:
        counter += accumulator >= k ? jt : jf;
        break;
      case JUMP_ANY_SET:
        counter += (accumulator & k) !== 0 ? jt : jf;
        break;
      case RETURN:
        return { value: k, steps };
      default:
        throw new RangeError(
          `Expected an instruction that Cordon uses, got 0x${code.toString(16)} at ${counter}`,
        );
    }
  }
}

function seccompData({ arch, nr, args = [] }: SyscallCall): DataView {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, nr, true);
  data.setUint32(4, typeof arch === "number" ? arch : syscallTables[arch].audit, true);
  for (const [index, value] of args.entries())
    data.setBigUint64(16 + index * 8, BigInt.asUintN(64, value), true);
  return data;
}
