// SPDX-License-Identifier: Apache-2.0
import type { Site } from "./attack.ts";

/**
 * Puts a command into a user namespace in which no further one may be made, and without capabilities: a host where
 * `user.max_user_namespaces` is 0. The setting is the namespace's own, so it ends with it.
 */
export function withoutUserNamespaces(_site: Site, command: readonly string[]): readonly string[] {
  const script =
    'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all --bounding-set=-all "$@"';
  return ["unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c", script, "sh", ...command];
}
