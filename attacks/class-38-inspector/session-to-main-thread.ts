// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim:
    "A granted worker's inspector session to the main thread (connectToMainThread) reads nothing through it",
  proof: "secret",
  grants: () => ["--allow-worker"],
  refusals: ["ERR_INSPECTOR_COMMAND", "ERR_INSPECTOR_NOT_AVAILABLE", "ERR_INSPECTOR_NOT_WORKER"],
  program: async (cell) => {
    const { Worker } = cell.node("node:worker_threads");
    const expression = JSON.stringify(
      `process.getBuiltinModule("node:fs").readFileSync(${JSON.stringify(cell.secret)}, "utf8")`,
    );
    const source = `
      const { parentPort } = require("node:worker_threads");
      // A session that waits for its answer does not keep its thread.
      setInterval(() => {}, 1000);
      try {
        const { Session } = require("node:inspector");
        const session = new Session();
        session.connectToMainThread();
        session.post("Runtime.evaluate", { expression: ${expression} }, (error, answer) => {
          const thrown = answer?.exceptionDetails?.exception?.description;
          parentPort.postMessage(error ? "refused " + error.code : thrown ? "refused " + /[A-Z_]{5,}/.exec(thrown)?.[0] : answer.result.value);
        });
      } catch (error) { parentPort.postMessage("refused " + error.code); }`;
    const said = String(await cell.event(new Worker(source, { eval: true }), "message"));
    if (said.startsWith("refused ")) cell.refused(said.slice(8));
    return cell.loot(said);
  },
};
