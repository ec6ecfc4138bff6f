// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "Who escapes from a node:vm context starts no shell, no worker and no native code",
  proof: "word",
  refusals: ["ERR_DLOPEN_DISABLED", "ERR_DLOPEN_FAILED"],
  grants: (site) => [`--allow-fs-read=${site.native.library}`],
  program: (cell) => {
    const { runInNewContext } = cell.node("node:vm");
    const escaped = runInNewContext("this.constructor.constructor('return process')()", {}) as NodeJS.Process;
    const codes: string[] = [];
    const ways: (() => unknown)[] = [
      () => escaped.getBuiltinModule("node:child_process").execFileSync("/bin/sh", ["-c", "exit 0"]),
      () => escaped.dlopen({ exports: {} }, cell.library),
    ];
    for (const way of ways) {
      try {
        way();
        return "it ran";
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused(codes[0] ?? "EPERM", codes.join());
  },
};
