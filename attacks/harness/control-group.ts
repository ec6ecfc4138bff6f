// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";

/** A file at the top of a cgroup hierarchy of this host, of either layout. */
export function controlGroupFile(name: "release_agent" | "cgroup.procs"): string {
  const places = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup"];
  const found = places.map((place) => `${place}/${name}`).find((path) => existsSync(path));
  return found ?? `/sys/fs/cgroup/${name}`;
}
