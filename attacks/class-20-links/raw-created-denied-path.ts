// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "A denied path that does not exist yet is not made by a raw call: directory, file, link, rename",
  proof: "host",
  refusals: ["EEXIST", "EBUSY", "ENOTEMPTY"],
  startRefusals: ["ERR_DENY_MISSING_PATH", "ERR_NOT_ENFORCEABLE"],
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--deny-fs-write=${join(site.granted, "hooks")}`,
  ],
  prepare: (site) => ({
    values: {},
    harmed: () =>
      existsSync(join(site.granted, "hooks", "pre-commit")) ? "the denied file was made" : undefined,
  }),
  program: (cell) => {
    const native = cell.native();
    const { mkdirat = -1, openat = -1, symlinkat = -1, renameat2 = -1 } = native.numbers;
    const at = (path: string): string => `${cell.granted}/${path}`;
    const create = 0o101;
    const results = [
      native.call(mkdirat, -100, at("other"), 0o777),
      native.call(openat, -100, at("other/pre-commit"), create, 0o666),
      native.call(symlinkat, "other", -100, at("hooks")),
      native.call(renameat2, -100, at("other"), -100, at("hooks"), 0),
      native.call(mkdirat, -100, at("hooks"), 0o777),
      native.call(openat, -100, at("hooks/pre-commit"), create, 0o666),
    ];
    return cell.refused("NO_EFFECT", results.join());
  },
};
