// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A file URL, with dots encoded, in a subclass, or from another realm, leads nowhere",
  proof: "secret",
  refusals: ["ERR_INVALID_FILE_URL_PATH", "ERR_INVALID_ARG_TYPE"],
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  program: (cell) => {
    const { readFileSync } = cell.node("node:fs");
    const other = new URL(`file://${cell.granted}/file.txt`);
    Object.defineProperty(other, "pathname", { get: () => `${cell.granted}/../outside/secret.txt` });
    const codes: string[] = [];
    for (const url of [
      new URL(`file://${cell.granted}/%2e%2e/outside/secret.txt`),
      new URL(`file://${cell.granted}/..%2foutside/secret.txt`),
      other,
      {
        href: `file://${cell.secret}`,
        protocol: "file:",
        hostname: "",
        pathname: cell.secret,
        searchParams: {},
      },
    ]) {
      try {
        return cell.loot(readFileSync(url as URL));
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused(codes[0] ?? "EACCES", codes.join());
  },
};
