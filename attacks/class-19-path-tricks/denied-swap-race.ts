// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { secretBelowGranted } from "../harness/secret-copies.ts";
import { join } from "node:path";

export const hostile: Attack = {
  claim:
    "A name that another thread exchanges between a granted file and a link to a denied one never opens the denied one",
  proof: "secret",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--deny-fs-read=${join(site.granted, "private")}`,
    "--allow-worker",
  ],
  prepare: (site) => secretBelowGranted(site, "private"),
  program: async (cell) => {
    const { Worker } = cell.node("node:worker_threads");
    const { granted, addon } = cell;
    const native = cell.native();
    const { openat = -1, symlinkat = -1, linkat = -1, close = -1 } = native.numbers;
    native.call(linkat, -100, `${granted}/file.txt`, -100, `${granted}/target`, 0);
    native.call(symlinkat, "private/secret.txt", -100, `${granted}/other`);
    const source = `
      const { granted, addon } = require("node:worker_threads").workerData;
      const native = require(addon);
      const exchange = 2;
      for (let turn = 0; turn < 3000000; turn++)
        native.call(native.numbers.renameat2, -100, granted + "/target", -100, granted + "/other", exchange);`;
    const worker = new Worker(source, { eval: true, workerData: { granted, addon } });
    worker.on("error", () => {});
    await cell.event(worker, "online");
    const until = Date.now() + cell.patience;
    while (Date.now() < until) {
      const fd = native.call(openat, -100, `${granted}/target`, 0, 0);
      if (fd < 0) continue;
      const bytes = Buffer.alloc(64);
      cell.node("node:fs").readSync(fd, bytes, 0, 64, 0);
      native.call(close, fd);
      if (bytes.includes("SECRET-")) return cell.loot(bytes);
    }
    return cell.refused("EMPTY");
  },
};
