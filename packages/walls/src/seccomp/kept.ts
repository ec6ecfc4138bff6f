// SPDX-License-Identifier: Apache-2.0

/**
 * The filter of this name, compiled beforehand. Sources as they are have none; the bundled command has those of the usual
 * options beside it, and another function in this one's place (packages/cli/build.mjs).
 */
export function keptFilter(_name: string): string | undefined {
  return undefined;
}
