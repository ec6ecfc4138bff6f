// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "A denied path that the host makes while the program runs cannot be read",
  proof: "secret",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--deny-fs-read=${join(site.granted, ".env")}`,
  ],
  startRefusals: ["ERR_DENY_MISSING_PATH"],
  prepare: (site) => {
    const text = readFileSync(site.secret, "utf8");
    const make = (): void => {
      // Once: what is made here is watched too.
      if (existsSync(join(site.granted, "knock")) && !existsSync(join(site.granted, ".env")))
        writeFileSync(join(site.granted, ".env"), text, { mode: 0o666 });
    };
    const watcher = watch(site.granted, make);
    return { values: {}, dispose: () => watcher.close() };
  },
  program: async (cell) => {
    const fs = cell.node("node:fs");
    cell.setup(() => fs.writeFileSync(`${cell.granted}/knock`, ""));
    const native = cell.native();
    const [openat = -1, symlinkat = -1, linkat = -1] = ["openat", "symlinkat", "linkat"].map(
      (name) => native.numbers[name],
    );
    native.call(symlinkat, ".env", -100, `${cell.granted}/link`);
    // Until it is there: a refusal of what is not there yet proves nothing.
    const until = Date.now() + 4000;
    while (native.call(openat, -100, `${cell.granted}/.env`, 0o200000, 0) === -2 && Date.now() < until)
      await cell.sleep(10);
    await cell.sleep(50);
    native.call(linkat, -100, `${cell.granted}/.env`, -100, `${cell.granted}/copy`, 0);
    let refusal = 0;
    for (const [name, flags] of [
      [".env", 0],
      ["link", 0],
      ["copy", 0],
      ["../granted/.env", 2],
    ] as const) {
      const fd = native.call(openat, -100, `${cell.granted}/${name}`, flags, 0);
      if (fd < 0) {
        refusal = fd;
        continue;
      }
      const bytes = Buffer.alloc(256);
      return cell.loot(bytes.subarray(0, cell.call("read", fd, bytes, bytes.length)));
    }
    return cell.check(refusal, "openat");
  },
};
