// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "No second copy of node:fs, by import, by the loader, by a stream or by a promise, is without the harness",
  async ({ denied, tell }, cell) => {
    const fs = cell.node("node:fs");
    const loader = cell.node("node:module") as unknown as { _load(name: string): typeof fs };
    const copies: (() => unknown)[] = [
      () => import("node:fs"),
      async () => (await import("node:fs")).default,
      () => import("fs"),
      () => loader._load("fs"),
      () => process.getBuiltinModule("node:fs"),
      () => cell.node("node:module").createRequire(`${cell.granted}/x.js`)("fs"),
    ];
    const text = `import fs from "node:fs"; export default fs.readFileSync(${JSON.stringify(denied)}, "utf8")`;
    const readings: (() => unknown)[] = [
      async () => (await import("node:fs/promises")).readFile(denied, "utf8"),
      async () => fs.promises.readFile(denied, "utf8"),
      () => cell.node("node:util").promisify(fs.readFile)(denied, "utf8"),
      () =>
        new Promise((resolve) => void fs.createReadStream(denied).on("data", resolve).on("error", resolve)),
      async () => (await fs.openAsBlob(denied)).text(),
      async () => {
        let lines = "";
        for await (const line of (await fs.promises.open(denied)).readLines()) lines += line;
        return lines;
      },
      async () => JSON.stringify(await import(`data:text/javascript,${encodeURIComponent(text)}`)),
    ];
    for (const copy of copies) {
      readings.push(async () => ((await copy()) as typeof fs).readFileSync(denied, "utf8"));
      readings.push(async () => ((await copy()) as typeof fs).promises.readFile(denied, "utf8"));
    }
    for (const read of readings) {
      try {
        tell(await read());
      } catch {}
    }
  },
);
