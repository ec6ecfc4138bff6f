// SPDX-License-Identifier: Apache-2.0

/** Greets somebody by name. */
export function greet(name) {
  return `Hello, ${name}!`;
}
