// SPDX-License-Identifier: Apache-2.0

/** The runtimes that `--with` names. Kata takes the bundle of runc's. */
export type OciRuntime = "runc" | "crun" | "runsc";
export const ociRuntimes: readonly OciRuntime[] = Object.freeze(["runc", "crun", "runsc"]);

/** Whether a runtime's programs run on the host's kernel, with its user namespaces, or on one of their own. */
export function hasOwnKernel(runtime: OciRuntime): boolean {
  return runtime === "runsc";
}
