// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { copyFileSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "After all reading is given up, nothing is read by its way from the working directory",
  proof: "secret",
  // Without mounts nothing holds it against native code: then the drop is refused, and the program knows.
  refusals: ["ERR_DROP_NOT_HELD", "EBUSY"],
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.directory}`],
  prepare: (site) => {
    copyFileSync(site.secret, join(site.directory, "dropped.txt"));
    return { values: {} };
  },
  program: (cell) => {
    const fs = cell.node("node:fs");
    const { basename, relative } = cell.node("node:path");
    const name = relative(process.cwd(), `${cell.directory}/dropped.txt`);
    const around = `../${basename(process.cwd())}/${name}`;
    cell.native();
    (process as { permission?: { drop?: (scope: string, reference?: string) => void } }).permission?.drop?.(
      "fs.read",
    );
    const codes: string[] = [];
    for (const path of [
      name,
      around,
      `/proc/self/cwd/${name}`,
      `/proc/self/root${cell.directory}/dropped.txt`,
    ]) {
      try {
        return cell.loot(fs.readFileSync(cell.call("openat", -100, path, 0, 0)));
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused(codes[0] ?? "EACCES", codes.join());
  },
};
