// SPDX-License-Identifier: Apache-2.0
// Two servers side by side, of which the policy grants one: whoever reaches the other has done the harm.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Prepared, Site, Values } from "./attack.ts";
import { type Heard, type HeardAtPort, tcpServer, unixServer } from "./canary.ts";

/** At two ports of the host's loopback: `granted`, and `port` for the other. */
export async function twoPorts(open: () => Promise<HeardAtPort> = tcpServer): Promise<Prepared> {
  const [granted, other] = [await open(), await open()];
  return beside(granted, other, { granted: granted.port, port: other.port });
}

/** At two unix sockets of a directory: `granted` and `other`. */
export async function twoSockets(site: Site, directory: string = site.granted): Promise<Prepared> {
  mkdirSync(directory, { recursive: true });
  const granted = join(directory, "granted.sock");
  const other = join(directory, "other.sock");
  return beside(await unixServer(granted), await unixServer(other), { granted, other });
}

/** Any two. */
export function beside(granted: Heard, other: Heard, values: Values): Prepared {
  return {
    values,
    harmed: other.harmed,
    dispose: () => {
      granted.dispose();
      other.dispose();
    },
  };
}
