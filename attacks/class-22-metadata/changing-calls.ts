// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim:
    "No function of node:fs changes what is granted for reading alone, by path, by descriptor, by callback or promise",
  proof: "host",
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: async (cell) => {
    const fs = cell.node("node:fs");
    const promises = cell.node("node:fs/promises");
    const path = `${cell.granted}/file.txt`;
    const fd = fs.openSync(path, "r");
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    const ways: (() => unknown)[] = [
      () => fs.chownSync(path, uid, gid),
      () => fs.lchownSync(path, uid, gid),
      () => fs.fchownSync(fd, uid, gid),
      () => fs.lutimesSync(path, 1, 1),
      () => fs.futimesSync(fd, 1, 1),
      () => fs.truncateSync(path),
      () => fs.ftruncateSync(fd),
      () => fs.writeSync(fd, "changed"),
      () => fs.appendFileSync(path, "changed"),
      () => fs.renameSync(path, `${path}.moved`),
      () => fs.linkSync(path, `${path}.linked`),
      () => fs.rmSync(path),
      () => fs.unlinkSync(path),
      () => fs.copyFileSync(__filename, path),
      () => fs.cpSync(__filename, path, { force: true }),
      () => promises.chown(path, uid, gid),
      () => promises.lchown(path, uid, gid),
      () => promises.lutimes(path, 1, 1),
      () => promises.utimes(path, 1, 1),
      () => promises.chmod(path, 0o640),
      () => promises.truncate(path),
      () => promises.rm(path),
      () => new Promise((resolve) => fs.chmod(path, 0o640, resolve)),
      () => new Promise((resolve) => fs.fchmod(fd, 0o640, resolve)),
      () => new Promise((resolve) => fs.utimes(path, 1, 1, resolve)),
      () => new Promise((resolve) => fs.unlink(path, resolve)),
      () => fs.createWriteStream(path).on("error", () => {}),
      () =>
        fs
          .createWriteStream("", { fd, autoClose: false })
          .on("error", () => {})
          .write("changed"),
    ];
    const codes: string[] = [];
    for (const way of ways) {
      try {
        await way();
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    await cell.sleep(20);
    return cell.refused("NO_EFFECT", codes.join());
  },
};
