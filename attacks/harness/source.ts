// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "./attack.ts";
import { enter } from "./inside.ts";

/**
 * The hostile program as CommonJS source: `enter` and the attack's own function, as text. Node's type stripping
 * puts blanks in place of types, so a function's text is JavaScript.
 */
export function programSource(attack: Attack): string {
  return `"use strict";\n(${enter.toString()})(\n${attack.program.toString()}\n);\n`;
}
