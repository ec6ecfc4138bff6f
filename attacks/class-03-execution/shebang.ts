// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A script with a shebang that the program wrote does not start its interpreter",
  proof: "word",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  program: (cell) => {
    const path = `${cell.granted}/script`;
    const line = JSON.stringify({ succeeded: true, detail: "the shell ran" });
    cell.setup(() =>
      cell.node("node:fs").writeFileSync(path, `#!/bin/sh\necho '${line}'\n`, { mode: 0o755 }),
    );
    return cell.execute(path, []);
  },
};
