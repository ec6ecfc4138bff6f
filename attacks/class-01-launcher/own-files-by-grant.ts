// SPDX-License-Identifier: Apache-2.0
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Attack } from "../harness/attack.ts";

const home = join(import.meta.dirname, "..", "..");

export const hostile: Attack = {
  claim: "Cordon's own files are not written, though a grant covers them, by their name or by a link's",
  proof: "word",
  control: { ordinary: { none: "the files are root's" } },
  startRefusals: ["ERR_GRANT_LINK"],
  grants: (site) => [
    `--allow-fs-write=${join(site.directory, "alias")}`,
    `--allow-fs-read=${join(site.directory, "alias")},${home}`,
  ],
  prepare: (site) => {
    symlinkSync(home, join(site.directory, "alias"));
    return { values: { home } };
  },
  program: (cell) => {
    const fs = cell.node("node:fs");
    const starts = [cell.text("home"), `${cell.directory}/alias`];
    const reached: string[] = [];
    let refusal = "";
    const attempt = (path: string, write: () => void): void => {
      try {
        write();
        reached.push(path);
      } catch (error) {
        refusal = String((error as NodeJS.ErrnoException).code);
      }
    };
    // To open them for writing is enough, and spoils nothing. (The jail itself is busy, whoever asks.)
    for (const start of starts) {
      for (const name of ["packages/cli/bin/cordon.js", "packages/cli/dist/run.code", "jail/Makefile"])
        attempt(name, () => fs.closeSync(fs.openSync(`${start}/${name}`, "a")));
      attempt("jail/build", () => fs.rmdirSync(fs.mkdtempSync(`${start}/jail/build/`)));
    }
    return reached.length > 0 ? reached.join() : cell.refused(refusal);
  },
};
