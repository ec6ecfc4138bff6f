// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "child_process.spawn starts no shell",
  proof: "word",
  program: (cell) => cell.execute("/bin/sh", ["-c", `echo '${JSON.stringify({ succeeded: true })}'`]),
};
