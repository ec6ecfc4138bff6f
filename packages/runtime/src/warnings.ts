// SPDX-License-Identifier: Apache-2.0

const KINDS: readonly string[] = ["ExperimentalWarning", "SecurityWarning"];
const OURS = /^(Permission is|The flag --allow-\S+ (is|must be used)) /;

/**
 * Keeps Node from warning of the permission flags that Cordon gave it: the program's stderr is its own, and those flags
 * are not all that holds it. Every other warning is printed as ever.
 */
export function hidePermissionWarning(): void {
  for (const listener of process.listeners("warning")) {
    process.off("warning", listener);
    process.on("warning", function quieter(this: NodeJS.Process, warning) {
      if (!KINDS.includes(warning.name) || !OURS.test(warning.message)) listener.call(this, warning);
    });
  }
}
