// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A patched path module does not decide what is granted (CVE-2023-39331)",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  program: (cell) => {
    const path = cell.node("node:path");
    const same = (given: string): string => given;
    // A wall may have frozen it: then what is not patched is not patched.
    for (const name of ["resolve", "normalize", "toNamespacedPath"]) Reflect.set(path, name, same);
    Reflect.set(String.prototype, "startsWith", () => true);
    return cell.loot(cell.node("node:fs").readFileSync(Buffer.from(`${cell.granted}/../outside/secret.txt`)));
  },
};
