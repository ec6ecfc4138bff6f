// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "A file that may not be written is not replaced, removed or renamed in a directory that may be",
  proof: "host",
  refusals: ["EBUSY", "EEXIST"],
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--deny-fs-write=${join(site.granted, "config")}`,
  ],
  prepare: (site) => {
    const path = join(site.granted, "config");
    writeFileSync(path, "as it was", { mode: 0o666 });
    return {
      values: {},
      harmed: () => {
        if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return "it is gone";
        return readFileSync(path, "utf8") === "as it was" ? undefined : "it was changed";
      },
    };
  },
  program: (cell) => {
    const fs = cell.node("node:fs");
    const path = `${cell.granted}/config`;
    const native = cell.native();
    const { renameat2 = -1, truncate = -1, linkat = -1 } = native.numbers;
    const codes: string[] = [];
    const ways: (() => unknown)[] = [
      () => fs.writeFileSync(path, "changed"),
      () => {
        fs.writeFileSync(`${cell.granted}/other`, "changed");
        fs.renameSync(`${cell.granted}/other`, path);
      },
      () => fs.renameSync(path, `${cell.granted}/moved`),
      () => fs.rmSync(path),
      () => fs.truncateSync(path, 1),
      () => fs.appendFileSync(path, "more"),
      () => cell.check(native.call(renameat2, -100, `${cell.granted}/other`, -100, path, 2), "exchange"),
      () => cell.check(native.call(truncate, path, 0), "truncate"),
      () => {
        cell.check(native.call(linkat, -100, path, -100, `${cell.granted}/second`, 0), "linkat");
        fs.writeFileSync(`${cell.granted}/second`, "changed");
      },
    ];
    for (const way of ways) {
      try {
        way();
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused("NO_EFFECT", codes.join());
  },
};
