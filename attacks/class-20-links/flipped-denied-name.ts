// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "A name that another thread rewrites while the supervisor reads it makes no denied file",
  proof: "host",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--deny-fs-write=${join(site.granted, "never")}`,
  ],
  startRefusals: ["ERR_DENY_MISSING_PATH"],
  prepare: (site) => ({
    values: {},
    harmed: () => (existsSync(join(site.granted, "never")) ? "the denied file was made" : undefined),
  }),
  program: (cell) => {
    const native = cell.native();
    const allowed = Buffer.from(`${cell.granted}/other\0`);
    const denied = Buffer.from(`${cell.granted}/never\0`);
    const target = Buffer.from(allowed);
    const [openat = -1, close = -1] = ["openat", "close"].map((name) => native.numbers[name]);
    cell.setup(() => cell.check(native.call(openat, -100, allowed, 0o101, 0o644), "openat"));
    cell.check(native.flip(target, allowed, denied), "a second thread");
    let made = 0;
    const until = Date.now() + Math.min(cell.patience, 400);
    while (Date.now() < until) {
      const fd = native.call(openat, -100, target, 0o101, 0o644);
      if (fd < 0) continue;
      made++;
      native.call(close, fd);
    }
    native.settle();
    return cell.refused("NO_EFFECT", `${made} opened`);
  },
};
