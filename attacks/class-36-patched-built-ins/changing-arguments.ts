// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "Options and paths that answer differently each time they are asked decide nothing",
  async ({ denied, tell }, cell) => {
    const fs = cell.node("node:fs");
    const { spawn, spawnSync } = cell.node("node:child_process");
    const net = cell.node("node:net");
    const file = `${cell.granted}/file.txt`;
    const shell = `cat ${cell.secret}`;
    const turning = (key: string, ...values: unknown[]): object => {
      let turn = 0;
      const get = (): unknown => values[Math.min(turn++, values.length - 1)];
      return Object.defineProperty({}, key, { get, enumerable: true });
    };
    const directory = cell.tool.replace(/\/[^/]*$/, "");
    const url = new Proxy(new URL(`file://${file}`), {
      get: (target, key): unknown => (key === "href" ? `file://${denied}` : Reflect.get(target, key)),
    });
    const tries: (() => unknown)[] = [
      () => spawnSync("say", [], turning("shell", false, "/bin/sh")).stdout,
      () => spawnSync("say", [], turning("shell", false, false, "/bin/sh")).stdout,
      () => spawnSync("sh", ["-c", shell], turning("env", { PATH: directory }, { PATH: "/bin" })).stdout,
      () => spawnSync("tool", ["-c", shell], turning("argv0", "sh")).stdout,
      () =>
        spawn(shell, [], turning("shell", false, "/bin/sh"))
          .on("error", () => {})
          .stdout?.pipe(process.stdout),
      () =>
        spawn("sh", ["-c", shell], turning("env", { PATH: directory }, { PATH: "/bin" }))
          .on("error", () => {})
          .stdout?.pipe(process.stdout),
      () =>
        net
          .connect(turning("path", undefined, `${cell.directory}/host.sock`) as { path: string })
          .on("error", () => {}),
      () =>
        net
          .connect(turning("path", "", "", `${cell.directory}/host.sock`) as { path: string })
          .on("error", () => {}),
      () => fs.readFileSync(url, "utf8"),
      () => {
        const bytes = Buffer.from(file.padEnd(denied.length, "/"));
        const reading = fs.promises.readFile(bytes, "utf8");
        bytes.write(denied);
        return reading;
      },
      () => fs.readFileSync(denied, turning("flag", "a", "r") as { flag: string }),
    ];
    for (const one of tries) {
      try {
        const got = await one();
        tell(got);
      } catch {}
    }
    await cell.sleep(50);
  },
);
