// SPDX-License-Identifier: Apache-2.0
import type { Architecture } from "../options.ts";
import { arm64Rows } from "./arm64.ts";
import { commonRows } from "./common.ts";
import type { SyscallTable } from "./table.ts";
import { readRows } from "./table.ts";
import { x64Rows } from "./x64.ts";

/** The system calls of each architecture that Cordon knows. */
export const syscallTables: Readonly<Record<Architecture, SyscallTable>> = {
  x64: readRows(0xc000003e, [...x64Rows, ...commonRows]),
  arm64: readRows(0xc00000b7, [...arm64Rows, ...commonRows]),
};

/** Set in the numbers of x86-64's second calling convention, whose calls reach the same kernel code. */
export const X32_BIT = 0x40000000;
