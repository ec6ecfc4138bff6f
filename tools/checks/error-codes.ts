// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errorRegister } from "../../packages/policy/src/errors.ts";
import type { Check } from "./check.ts";

const PAGE = "docs/errors.md";
const REMEDY = "Run `node packages/policy/test/published.ts`: it renews the page.";

export const errorCodes: Check = {
  name: "error-codes",
  claim: `${PAGE} has every registered code, and no other`,
  run(root) {
    const path = join(root, PAGE);
    if (!existsSync(path)) return [`${PAGE} is missing. ${REMEDY}`];
    return compareCodes(Object.keys(errorRegister), readFileSync(path, "utf8"));
  },
};

/** Which codes are only in the register, and which only on the page. */
export function compareCodes(registered: readonly string[], page: string): readonly string[] {
  const documented = new Set(page.match(/\bERR_[A-Z_]+\b/g));
  const missing = registered.filter((code) => !documented.has(code));
  const unknown = [...documented].filter((code) => !registered.includes(code));
  return [
    ...missing.map((code) => `${PAGE} lacks ${code}. ${REMEDY}`),
    ...unknown.map((code) => `${PAGE} names ${code}, which is not registered. ${REMEDY}`),
  ];
}
