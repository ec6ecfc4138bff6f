// SPDX-License-Identifier: Apache-2.0
import type { CellLimit } from "@cordon/cell";
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "What a program says of where it is steers no terminal, is not long, and does not keep it alive",
  proof: "word",
  endsSilently: true,
  survivesFor: 900,
  grants: () => ["--limit-wall-time=600ms"],
  observe: (cell) => {
    let met: CellLimit | undefined;
    cell.on("limit", (limit) => {
      met = limit;
    });
    return () => {
      const said = met?.at?.join("\n") ?? "";
      if (said.length > 10_000) return `${said.length} characters of frames`;
      return /[\p{Cc}\p{Cf}]/u.test(said.replaceAll("\n", ""))
        ? "characters that steer a terminal"
        : undefined;
    };
  },
  program: () => {
    Error.prepareStackTrace = () => {
      throw new Error("no stack");
    };
    Error.stackTraceLimit = Number.POSITIVE_INFINITY;
    for (const name of ["SIGTERM", "SIGINT", "SIGTRAP", "SIGUSR2"] as const) process.on(name, () => {});
    const name = `\u001b]0;owned\u0007\u001b[2J\n.\n\u202e${"x".repeat(200_000)}`;
    const loop: Record<string, () => void> = {
      [name]() {
        for (;;);
      },
    };
    const deep = (depth: number): void => (depth === 0 ? loop[name]?.() : deep(depth - 1));
    deep(2000);
  },
};
