// SPDX-License-Identifier: Apache-2.0

const OURS = /^(Permission is|The flag --allow-\S+ is) /;

/**
 * Keeps older versions of Node from announcing on stderr that their permission model is experimental: the program's
 * stderr is its own. Every other warning is printed as ever.
 */
export function hidePermissionWarning(): void {
  const listeners = process.listeners("warning");
  for (const listener of listeners) {
    process.off("warning", listener);
    process.on("warning", function quieter(this: NodeJS.Process, warning) {
      const isOurs = warning.name === "ExperimentalWarning" && OURS.test(warning.message);
      if (!isOurs) listener.call(this, warning);
    });
  }
}
