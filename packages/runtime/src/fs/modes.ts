// SPDX-License-Identifier: Apache-2.0
const { parseInt } = Number;
const SET_ID_BITS = 0o6000;

/** Whether a file mode, in any form that fs functions take, would set the user or the group of whoever runs the file. */
export function setsIdentity(mode: unknown): boolean {
  const bits = typeof mode === "string" ? parseInt(mode, 8) : mode;
  return typeof bits === "number" && (bits & SET_ID_BITS) !== 0;
}
