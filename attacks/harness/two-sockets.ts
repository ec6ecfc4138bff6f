// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Prepared, Site } from "./attack.ts";
import { unixServer } from "./canary.ts";

/** Puts up two unix sockets side by side, of which one is to be granted; a connection to the other does the harm. */
export async function twoSockets(site: Site, directory: string = site.granted): Promise<Prepared> {
  mkdirSync(directory, { recursive: true });
  const granted = join(directory, "granted.sock");
  const other = join(directory, "other.sock");
  const [first, second] = [await unixServer(granted), await unixServer(other)];
  return {
    values: { granted, other },
    harmed: second.harmed,
    dispose: () => {
      first.dispose();
      second.dispose();
    },
  };
}
