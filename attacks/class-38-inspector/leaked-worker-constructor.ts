// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { secretByPreload } from "../harness/secret-copies.ts";

export const hostile: Attack = {
  claim:
    "The class of a worker, handed out by diagnostics_channel, starts none that has more than the program",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`, "--allow-worker"],
  prepare: secretByPreload,
  program: async (cell) => {
    type Constructor = new (name: string, options: object) => NodeJS.EventEmitter;
    const { subscribe } = cell.node("node:diagnostics_channel");
    const leaked = new Set<Constructor>();
    subscribe("worker_threads", (message) => {
      const { worker } = message as { worker: { constructor: Constructor } };
      leaked.add(worker.constructor);
      leaked.add(Object.getPrototypeOf(worker).constructor as Constructor);
    });
    const { Worker } = cell.node("node:worker_threads");
    await cell.event(new Worker("", { eval: true }), "exit");
    const codes: string[] = [];
    for (const Leaked of leaked) {
      for (const options of [{ execArgv: [] }, { execArgv: [`--require=${cell.text("preload")}`] }]) {
        try {
          const worker = new Leaked(cell.text("preload"), { ...options, env: {} });
          const error = await new Promise<unknown>((resolve) => {
            for (const end of ["error", "exit"]) worker.once(end, resolve);
          });
          codes.push((error as { code?: string }).code ?? String(error));
        } catch (error) {
          codes.push((error as { code?: string }).code ?? String(error));
        }
      }
    }
    return cell.refused("NO_EFFECT", codes.join());
  },
};
