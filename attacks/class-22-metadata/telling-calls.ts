// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "No function of node:fs tells anything of what lies outside, by callback, promise, stream or copy",
  proof: "word",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  program: async (cell) => {
    const fs = cell.node("node:fs");
    const promises = cell.node("node:fs/promises");
    const called = (
      start: (done: (error: Error | null, value?: unknown) => void) => void,
    ): Promise<unknown> =>
      new Promise((resolve, reject) =>
        start((error, value) => (error === null ? resolve(value) : reject(error))),
      );
    const nothing = (list: readonly unknown[]): unknown => {
      if (list.length === 0) cell.refused("EMPTY");
      return list;
    };
    const ways: Record<string, () => unknown> = {
      opendir: () => fs.opendirSync(cell.outside).readSync()?.name ?? cell.refused("EMPTY"),
      "promises.opendir": () => promises.opendir(cell.outside),
      "promises.readdir": () => promises.readdir(cell.outside, { recursive: true }),
      "promises.stat": () => promises.stat(cell.secret),
      "promises.lstat": () => promises.lstat(cell.secret),
      "promises.statfs": () => promises.statfs(cell.outside),
      "promises.access": () => promises.access(cell.secret),
      "promises.realpath": () => promises.realpath(cell.secret),
      "promises.readFile": () => promises.readFile(cell.secret),
      "promises.open": () => promises.open(cell.secret),
      "promises.glob": async () => nothing(await Array.fromAsync(promises.glob(`${cell.outside}/*`))),
      "promises.cp": () => promises.cp(cell.outside, `${cell.granted}/copied`, { recursive: true }),
      "promises.copyFile": () => promises.copyFile(cell.secret, `${cell.granted}/copied.txt`),
      stat: () => called((done) => fs.stat(cell.secret, done)),
      lstat: () => called((done) => fs.lstat(cell.secret, done)),
      statfs: () => called((done) => fs.statfs(cell.outside, done)),
      access: () => called((done) => fs.access(cell.secret, done)),
      readdir: () => called((done) => fs.readdir(cell.outside, done)),
      readFile: () => called((done) => fs.readFile(cell.secret, done)),
      realpath: () => called((done) => fs.realpath(cell.secret, done)),
      "realpath.native": () => called((done) => fs.realpath.native(cell.secret, done)),
      readlink: () => called((done) => fs.readlink(cell.secret, done)),
      exists: async () =>
        (await new Promise((resolve) => fs.exists(cell.secret, resolve)))
          ? "it exists"
          : cell.refused("ENOENT"),
      glob: async () => nothing((await called((done) => fs.glob(`${cell.outside}/*`, done))) as unknown[]),
      cpSync: () => fs.cpSync(cell.outside, `${cell.granted}/copied-too`, { recursive: true }),
      copyFileSync: () => fs.copyFileSync(cell.secret, `${cell.granted}/copied-too.txt`),
      createReadStream: () => cell.event(fs.createReadStream(cell.secret), "data", 200),
      throwIfNoEntry: () => fs.statSync(cell.secret, { throwIfNoEntry: false }) ?? cell.refused("ENOENT"),
    };
    const told: string[] = [];
    const codes = new Set<string>();
    for (const [name, way] of Object.entries(ways)) {
      try {
        await way();
        told.push(name);
      } catch (error) {
        codes.add((error as { code?: string }).code ?? String(error));
      }
    }
    if (told.length > 0 && !told.every((name) => name === "readlink")) return `told by ${told.join()}`;
    return cell.refused([...codes].find((code) => code.startsWith("E")) ?? "EACCES", [...codes].join());
  },
};
