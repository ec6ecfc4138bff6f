// SPDX-License-Identifier: Apache-2.0

/** Throws the walls' own error where this machine cannot enforce a policy. */
export async function requireEnforceable(): Promise<void> {
  throw new Error("the host probe is not built yet");
}
