// SPDX-License-Identifier: Apache-2.0
// The tree of control groups as systemd lays it out: services of the system's, and a part of it that is an ordinary
// user's to divide (Delegate=yes).
import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { User } from "../runs.ts";
import { ordinary } from "./users.ts";

const root = "/sys/fs/cgroup";
const controllers = "+memory +pids +cpu";
const delegated = join(root, "user.slice", `user-${ordinary.uid}.slice`, `user@${ordinary.uid}.service`);

/** Where each user's runs are. */
export const groups: Readonly<Record<User, string>> = {
  root: join(root, "system.slice", "cordon.service"),
  ordinary: join(delegated, "app.slice", "cordon.scope"),
};

/** Makes both, with controllers switched on all the way down to where cells' groups are made. */
export function makeGroups(): void {
  for (const group of Object.values(groups)) {
    mkdirSync(group, { recursive: true });
    const above: string[] = [];
    for (let at = dirname(group); at.startsWith(root); at = dirname(at)) above.unshift(at);
    for (const directory of above) writeFileSync(join(directory, "cgroup.subtree_control"), controllers);
  }
  for (let at = groups.ordinary; at.startsWith(delegated); at = dirname(at))
    for (const name of ["", "cgroup.procs", "cgroup.subtree_control", "cgroup.threads"])
      chownSync(join(at, name), ordinary.uid, ordinary.uid);
}
