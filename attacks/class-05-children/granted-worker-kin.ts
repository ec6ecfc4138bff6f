// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A granted worker's own workers, however they are started, have no more than the program",
  proof: "secret",
  grants: () => ["--allow-worker"],
  program: async (cell) => {
    const { Worker } = cell.node("node:worker_threads");
    const path = JSON.stringify(cell.secret);
    const read = `const { parentPort } = require("node:worker_threads");
      try { parentPort.postMessage(require("node:fs").readFileSync(${path}, "utf8")); }
      catch (error) { parentPort.postMessage("refused " + error.code); }`;
    const nested = `const { Worker, parentPort } = require("node:worker_threads");
      try {
        const inner = new Worker(${JSON.stringify(read)}, { eval: true, execArgv: [], env: {} });
        inner.on("message", (text) => parentPort.postMessage(text));
        inner.on("error", (error) => parentPort.postMessage("refused " + error.code));
      } catch (error) { parentPort.postMessage("refused " + error.code); }`;
    const asModule = new URL(
      `data:text/javascript,${encodeURIComponent(read.replaceAll("require(", "process.getBuiltinModule("))}`,
    );
    const said: string[] = [];
    for (const start of [
      () => new Worker(nested, { eval: true, execArgv: ["--no-warnings"] }),
      () => new Worker(asModule, { execArgv: [] }),
      () => new Worker(read, { eval: true, env: { NODE_OPTIONS: "--no-permission" } }),
    ]) {
      try {
        said.push(String(await cell.event(start(), "message")));
      } catch (error) {
        said.push(`refused ${(error as { code?: string }).code ?? String(error)}`);
      }
    }
    const refused = said.find((text) => text.startsWith("refused "));
    return said.some((text) => text.includes("SECRET-"))
      ? cell.loot(said.join())
      : cell.refused(refused?.slice(8) ?? "EMPTY", said.join());
  },
};
