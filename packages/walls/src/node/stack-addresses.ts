// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync } from "node:fs";
import { readHead } from "./elf.ts";
import { SymbolTable } from "./symbols.ts";

/** Where a Node executable has what its V8 is asked by for the main thread's stack, as its file has the addresses. */
export interface StackAddresses {
  /** Where the program begins: the others are found from there, wherever the executable is loaded. */
  readonly entry: number;
  /** The isolate of the current thread. */
  readonly current: number;
  /** Has a function called in the isolate's thread at the next safe place. */
  readonly request: number;
  /** Prints the current thread's stack to a C++ stream. */
  readonly print: number;
  /** Standard error as a C++ stream. */
  readonly stream: number;
}

// The third one has got a further parameter, of which null is a value, in V8 13.
const PRINTERS = [
  "_ZN2v87Message22PrintCurrentStackTraceEPNS_7IsolateERSoPFbS2_NS_5LocalINS_6StringEEEE",
  "_ZN2v87Message22PrintCurrentStackTraceEPNS_7IsolateERSo",
];

/**
 * Looks them up in an executable.
 *
 * @returns null where it lacks one of them: a Node whose V8 is a library of its own, or that exports no symbols. Its
 *   programs are not asked where they are
 */
export function stackAddresses(path: string): StackAddresses | null {
  const file = openSync(path, "r");
  try {
    const head = readHead(file);
    const symbols = head === undefined ? undefined : SymbolTable.of(file, head);
    if (head === undefined || symbols === undefined) return null;
    const current = symbols.find("_ZN2v87Isolate13TryGetCurrentEv");
    const request = symbols.find("_ZN2v87Isolate16RequestInterruptEPFvPS0_PvES2_");
    const print = symbols.findFirst(PRINTERS);
    const stream = symbols.find("_ZSt4cerr");
    if (current === undefined || request === undefined) return null;
    return print === undefined || stream === undefined
      ? null
      : { entry: head.entry, current, request, print, stream };
  } finally {
    closeSync(file);
  }
}
