// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { knockingAtPort } from "../harness/knock.ts";

export const hostile: Attack = {
  claim: "inspector.open in a granted worker opens nobody on the host a debugger",
  proof: "host",
  grants: () => ["--allow-worker"],
  prepare: knockingAtPort,
  program: async (cell) => {
    const { Worker } = cell.node("node:worker_threads");
    const source = `require("node:inspector").open(${cell.number("port")}, "127.0.0.1");
      setTimeout(() => {}, 150);`;
    const worker = new Worker(source, { eval: true });
    const error = (await new Promise((resolve) => {
      worker.once("error", resolve);
      worker.once("exit", () => resolve(undefined));
    })) as { code?: string } | undefined;
    return cell.refused(error?.code ?? "NO_EFFECT");
  },
};
