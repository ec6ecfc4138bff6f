// SPDX-License-Identifier: Apache-2.0
import { mergePolicies, parseGrantFlags, type Policy } from "@cordon/policy";

/** The policy of grant and limit flags, as `cordon run` takes them; relative paths start at the directory. */
export function grantedBy(flags: readonly string[], directory: string): Policy {
  const { document, rest } = parseGrantFlags(flags, { directory });
  if (rest.length > 0) throw new Error(`Expected grants alone, got ${rest.join(" ")}`);
  return mergePolicies(document);
}
