// SPDX-License-Identifier: Apache-2.0
// Mounts that the host sees below a site. A control without walls makes real ones, as root: they are taken down again.
import { readFileSync } from "node:fs";
import { hostNative } from "./host-native.ts";
import type { Prepared, Site } from "./attack.ts";

function mountsBelow(directory: string): string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((path) => path.startsWith(`${directory}/`));
}

/** Tells whether a mount has appeared on the host below the site's directory. */
export function watchMounts(site: Site): Prepared {
  return {
    values: {},
    harmed: () => {
      const found = mountsBelow(site.directory);
      return found.length === 0 ? undefined : `a mount appeared on the host: ${found.join()}`;
    },
    dispose: () => {
      const detach = 2;
      for (const path of mountsBelow(site.directory).reverse())
        hostNative(site).call("umount2", path, detach);
    },
  };
}
