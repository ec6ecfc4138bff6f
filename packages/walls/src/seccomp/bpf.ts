// SPDX-License-Identifier: Apache-2.0

/** One instruction of a classic BPF program: the kernel's `struct sock_filter`. */
export interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** A program as `seccomp(SECCOMP_SET_MODE_FILTER)` takes it. */
export type SeccompProgram = readonly Instruction[];

/** The kernel's BPF_MAXINSNS. */
export const MAX_INSTRUCTIONS = 4096;

// Only these: what they compute needs no scratch memory, and the kernel's own emulation of a filter
// (since 5.11 it runs each number once, and skips the filter for those that are always allowed) knows them all.
export const LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
export const AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
export const JUMP = 0x05; // BPF_JMP | BPF_JA
export const JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
export const JUMP_AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
export const JUMP_ANY_SET = 0x45; // BPF_JMP | BPF_JSET | BPF_K
export const RETURN = 0x06; // BPF_RET | BPF_K

// struct seccomp_data
export const OFFSET_NUMBER = 0;
export const OFFSET_ARCHITECTURE = 4;
const OFFSET_ARGUMENTS = 16;

/** Where a word of an argument lies in `struct seccomp_data` (both architectures are little-endian). */
export function argumentOffset(argument: number, word: "low" | "high"): number {
  return OFFSET_ARGUMENTS + argument * 8 + (word === "high" ? 4 : 0);
}

/** The program as the kernel's bytes: eight for each instruction, little-endian. */
export function encodeProgram(program: SeccompProgram): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, { code, jt, jf, k }] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jt);
    view.setUint8(index * 8 + 3, jf);
    view.setUint32(index * 8 + 4, k, true);
  }
  return bytes;
}

/** The program as a plan has it: eight bytes an instruction, in the order in which `struct sock_filter` names them, big-endian. */
export function programText(program: SeccompProgram): string {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, jt, jf, k }] of program.entries()) {
    bytes.writeUInt16BE(code, index * 8);
    bytes.writeUInt8(jt, index * 8 + 2);
    bytes.writeUInt8(jf, index * 8 + 3);
    bytes.writeUInt32BE(k, index * 8 + 4);
  }
  return bytes.toString("hex");
}
