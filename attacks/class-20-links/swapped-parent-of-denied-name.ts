// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim:
    "Another directory, or a link, in the place of the one that a denied name would be in makes no denied file",
  proof: "host",
  refusals: ["EEXIST", "EBUSY", "ENOTEMPTY"],
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--deny-fs-write=${join(site.granted, "hooks", "pre-commit")}`,
  ],
  startRefusals: ["ERR_DENY_MISSING_PATH"],
  prepare: (site) => {
    mkdirSync(join(site.granted, "hooks"), { mode: 0o777 });
    return {
      values: {},
      harmed: () =>
        existsSync(join(site.granted, "hooks", "pre-commit")) ? "the denied file was made" : undefined,
    };
  },
  program: (cell) => {
    const fs = cell.node("node:fs");
    cell.setup(() => {
      fs.mkdirSync(`${cell.granted}/other`);
      fs.writeFileSync(`${cell.granted}/other/pre-commit`, "#!/bin/sh\n");
    });
    const native = cell.native();
    const { renameat2 = -1, symlinkat = -1, unlinkat = -1 } = native.numbers;
    const [hooks, other] = [`${cell.granted}/hooks`, `${cell.granted}/other`];
    const results = [
      native.call(renameat2, -100, hooks, -100, `${cell.granted}/away`, 0),
      native.call(symlinkat, "other", -100, hooks),
      native.call(renameat2, -100, other, -100, hooks, 2),
      native.call(unlinkat, -100, hooks, 0x200),
      native.call(symlinkat, "other", -100, hooks),
      native.call(renameat2, -100, other, -100, hooks, 0),
    ];
    return cell.check(Math.max(...results.filter((result) => result !== 0), -4095), "renameat2");
  },
};
