// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim:
    "A grant to run one executable is none to run another, nor the dynamic linker with another as its argument",
  proof: "word",
  // The linker ends with 127 where it may not map what it is to load.
  endsSilently: true,
  exceptions: [
    {
      walls: "-namespaces",
      reason:
        "the kernel must be able to execute the dynamic linker, and Landlock has no right for mapping: native code with children, both granted here, executes what it may read, within the same walls",
    },
  ],
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.native.dynamicTool},${site.native.tool}`,
    `--allow-run=${site.native.tool}`,
  ],
  program: (cell) => {
    const linker = "/lib64/ld-linux-x86-64.so.2";
    const tries: [string, string[]][] = [
      [cell.dynamicTool, ["tool", "say"]],
      ["/bin/sh", ["sh", "-c", `echo '${JSON.stringify({ succeeded: true, detail: "a shell" })}'`]],
      // Last: where the linker may be executed, it takes this image's place, whatever it then does.
      [linker, ["ld.so", cell.dynamicTool, "say"]],
    ];
    cell.call("fcntl", 1, 2, 0); // Node marks its output close-on-exec
    const results = tries.map(([path, words]) => cell.raw("execve", path, cell.argumentList(...words), null));
    return cell.refused("EACCES", results.join());
  },
};
