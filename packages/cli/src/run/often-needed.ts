// SPDX-License-Identifier: Apache-2.0
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { decide, type Policy } from "@cordon/policy";
import { packageDirectories, takeScratch } from "@cordon/walls";

/**
 * What most programs read and this one may not: the working directory, and the packages that are installed above it or
 * above the program. Programs that miss them tend to say something else, and native ones are never told by a wall.
 *
 * @returns a line for each, with the grant that would help
 */
export function oftenNeeded(policy: Policy, entry: string, directory: string): readonly string[] {
  // A grant of /tmp is one of the cell's own, whatever the host has below its.
  const { policy: hosts } = takeScratch(policy);
  const isRefused = (path: string): boolean => !decide(hosts, { scope: "fs.read", path }).granted;
  const help = (path: string): string => `allow with --allow-fs-read=${path}`;
  const packages = packageDirectories([directory, dirname(realpathSync(entry))]);
  return [
    ...[directory].filter(isRefused).map((path) => `the working directory was not readable; ${help(path)}`),
    ...packages.filter(isRefused).map((path) => `not all packages of ${path} were readable; ${help(path)}`),
  ];
}
