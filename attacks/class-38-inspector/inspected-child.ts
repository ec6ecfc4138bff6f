// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { knockingAtPort } from "../harness/knock.ts";

export const hostile: Attack = {
  claim:
    "--inspect given to a granted child Node, as a flag or by NODE_OPTIONS, opens nobody on the host a debugger",
  proof: "host",
  grants: () => [`--allow-run=${process.execPath}`],
  prepare: knockingAtPort,
  program: (cell) => {
    const { spawnSync } = cell.node("node:child_process");
    const flag = `--inspect=127.0.0.1:${cell.number("port")}`;
    const wait = "setTimeout(() => {}, 150)";
    const said = [
      spawnSync(process.execPath, [flag, "-e", wait], { encoding: "utf8" }),
      spawnSync(process.execPath, ["-e", wait], { encoding: "utf8", env: { NODE_OPTIONS: flag } }),
    ].map(({ status, stderr }) => `${status} ${stderr.slice(0, 80)}`);
    return cell.refused("NO_EFFECT", said.join());
  },
};
