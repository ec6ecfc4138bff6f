// SPDX-License-Identifier: Apache-2.0
import { Server as HttpServer } from "node:http";
import type { Listeners } from "./listeners.ts";

const SWEEP = 25;

/**
 * On SIGTERM: takes no new connections, lets the requests under way end, and leaves. An app with a handler of its own
 * is left to it. How long this may take is the supervisor's to say.
 */
export function drainOnTerminate(listeners: Listeners): void {
  process.on("SIGTERM", () => {
    if (process.listenerCount("SIGTERM") > 1) return;
    const servers = listeners.all();
    let open = servers.length;
    const leave = (): void => {
      open -= 1;
      if (open <= 0) process.exit(0);
    };
    if (open === 0) leave();
    for (const server of servers) {
      server.close(leave);
      if (!(server instanceof HttpServer)) continue;
      server.closeIdleConnections();
      // A connection whose request ends later is kept alive for another one, which is not to come.
      setInterval(() => server.closeIdleConnections(), SWEEP);
    }
  });
}
