// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { OciRuntime } from "@cordon/walls/oci";

/** How a runtime is called. */
export interface RuntimeCall {
  readonly runtime: OciRuntime;
  /** Where it keeps its state and writes its log: a directory of the run's own. */
  readonly directory: string;
  readonly isRoot: boolean;
  /** Whether the bundle asks for a control group. */
  readonly hasResources: boolean;
}

/** The file in which a runtime says what it could not do. */
export function logOf(directory: string): string {
  return join(directory, "log");
}

/**
 * The words of a runtime's command line before its command.
 *
 * - runc(8) and runsc: a log in JSON has a level for each line.
 * - crun(1): without a limit it needs no control group, and fails where it could not have one.
 * - runsc: besides, no network at all; the bundle's seccomp profile is taken inside of its kernel too, where it is asked to
 *   (`--oci-seccomp`). It ignores control groups where it is told to, so that limits are not asked of it then.
 */
export function runtimeArguments({
  runtime,
  directory,
  isRoot,
  hasResources,
}: RuntimeCall): readonly string[] {
  const root = `--root=${join(directory, "state")}`;
  const log = logOf(directory);
  switch (runtime) {
    case "runc":
      return [root, `--log=${log}`, "--log-format=json"];
    case "crun":
      return [root, `--log=file:${log}`, ...(hasResources ? [] : ["--cgroup-manager=disabled"])];
    case "runsc":
      return [
        root,
        `--log=${log}`,
        "--log-format=json",
        "--network=none",
        "--oci-seccomp",
        ...(isRoot ? [] : ["--rootless"]),
        ...(hasResources ? [] : ["--ignore-cgroups"]),
      ];
  }
}
