// SPDX-License-Identifier: Apache-2.0

/** Rows of a table of numbers: the first number of the row, and the names of it and those that follow. */
export type NumberRows = readonly (readonly [first: number, names: string])[];

/** One architecture's system calls, both ways. */
export interface SyscallTable {
  /** What the kernel puts into `struct seccomp_data` as the architecture (AUDIT_ARCH_*). */
  readonly audit: number;
  readonly byName: ReadonlyMap<string, number>;
  /** In the order of the numbers. */
  readonly byNumber: ReadonlyMap<number, string>;
}

/** Reads rows into a table. Throws on a number or name that occurs twice. */
export function readRows(audit: number, rows: NumberRows): SyscallTable {
  const byName = new Map<string, number>();
  const byNumber = new Map<number, string>();
  for (const [first, names] of rows) {
    for (const [offset, name] of names.split(" ").entries()) {
      const number = first + offset;
      if (byName.has(name) || byNumber.has(number)) {
        throw new TypeError(`Expected each system call once, got ${name} (${number}) again`);
      }
      byName.set(name, number);
      byNumber.set(number, name);
    }
  }
  return { audit, byName, byNumber };
}
