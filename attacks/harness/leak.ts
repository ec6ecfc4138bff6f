// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync } from "node:fs";
import { hostNative } from "./host-native.ts";
import type { Prepared, Site } from "./attack.ts";

/**
 * Opens a path on the host without close-on-exec, as a host's native library might: whatever the host then starts
 * inherits it, unless somebody closes it.
 */
export function leakDescriptor(site: Site, path: string): Prepared {
  const fd = openSync(path, "r");
  const setFlags = 2;
  hostNative(site).call("fcntl", fd, setFlags, 0);
  return { values: {}, dispose: () => closeSync(fd) };
}
