// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "The thread that Node starts for module hooks has no more than the program",
  proof: "secret",
  // Without a grant for workers V8 is not told to do without what the filters refuse, and a second isolate dies of it.
  endsSilently: true,
  refusals: ["ERR_WORKER_OUT_OF_MEMORY"],
  program: async (cell) => {
    const { MessageChannel } = cell.node("node:worker_threads");
    const { port1, port2 } = new MessageChannel();
    const path = JSON.stringify(cell.secret);
    const hooks = `export function initialize({ port }) {
      try { port.postMessage(process.getBuiltinModule("node:fs").readFileSync(${path}, "utf8")); }
      catch (error) { port.postMessage("refused " + error.code); }
    }`;
    const answer = cell.event(port1 as unknown as NodeJS.EventEmitter, "message");
    cell.node("node:module").register(`data:text/javascript,${encodeURIComponent(hooks)}`, {
      data: { port: port2 },
      transferList: [port2],
    });
    const said = String(await answer);
    if (said.startsWith("refused ")) cell.refused(said.slice(8));
    return cell.loot(said);
  },
};
