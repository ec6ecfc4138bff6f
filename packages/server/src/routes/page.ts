// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "@cordon/policy";
import type { Page } from "../store/store.ts";

const usual = 100;
const most = 1000;

/** Reads `?after=NAME&limit=N` of a list. */
export function parsePage(query: unknown): Page {
  const { after, limit } = Object(query) as { after?: unknown; limit?: unknown };
  if (after !== undefined && typeof after !== "string") throw invalid("after", "a name", after);
  if (limit === undefined) return { after: after ?? "", limit: usual };
  const number = typeof limit === "string" && /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (number < 1 || number > most) throw invalid("limit", `1 to ${most}`, limit);
  return { after: after ?? "", limit: number };
}

function invalid(name: string, expected: string, got: unknown): CordonError {
  const shown = JSON.stringify(got).slice(0, 80);
  return new CordonError("ERR_REQUEST_INVALID", {
    reason: `expected \`${name}\` to be ${expected}, got ${shown}`,
  });
}
