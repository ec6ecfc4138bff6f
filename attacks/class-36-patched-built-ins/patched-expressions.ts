// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling("Patched regular expressions do not decide", ({ patch }) => {
  patch(RegExp.prototype, "exec", () => null);
  patch(RegExp.prototype, "test", () => true);
  patch(RegExp.prototype, Symbol.replace, () => "");
  patch(RegExp.prototype, Symbol.split, () => []);
  patch(RegExp.prototype, Symbol.match, () => null);
  patch(globalThis, "RegExp", () => /(?:)/);
});
