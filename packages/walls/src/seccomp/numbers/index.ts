// SPDX-License-Identifier: Apache-2.0
import type { Architecture } from "../options.ts";
import { arm64Rows } from "./arm64.ts";
import { commonRows } from "./common.ts";
import type { SyscallTable } from "./table.ts";
import { readRows } from "./table.ts";
import { x64Rows } from "./x64.ts";

const rows: Readonly<Record<Architecture, () => SyscallTable>> = {
  x64: () => readRows(0xc000003e, [...x64Rows, ...commonRows]),
  arm64: () => readRows(0xc00000b7, [...arm64Rows, ...commonRows]),
};
const read = new Map<Architecture, SyscallTable>();

function tableOf(arch: Architecture): SyscallTable {
  const table = read.get(arch) ?? rows[arch]();
  read.set(arch, table);
  return table;
}

/** The system calls of each architecture that Cordon knows; read when they are asked for, which most starts do not. */
export const syscallTables: Readonly<Record<Architecture, SyscallTable>> = {
  get x64() {
    return tableOf("x64");
  },
  get arm64() {
    return tableOf("arm64");
  },
};

/** Set in the numbers of x86-64's second calling convention, whose calls reach the same kernel code. */
export const X32_BIT = 0x40000000;
