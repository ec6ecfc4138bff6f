// SPDX-License-Identifier: Apache-2.0
import { Server } from "node:net";
import { replaceFunction } from "../replace.ts";

/** The servers that the app, or we for it, have told to listen. */
export interface Listeners {
  some(): boolean;
  all(): readonly Server[];
}

/** Keeps account of every server that is told to listen from now on. */
export function watchListeners(): Listeners {
  const servers = new Set<Server>();
  replaceFunction(Server.prototype, "listen", (original) => (self, args) => {
    if (self instanceof Server) {
      servers.add(self);
      self.once("close", () => servers.delete(self));
    }
    return original(self, args);
  });
  return { some: () => servers.size > 0, all: () => [...servers] };
}
