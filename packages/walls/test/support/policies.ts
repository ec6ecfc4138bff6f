// SPDX-License-Identifier: Apache-2.0
import { mergePolicies, parseGrantFlags, type Policy } from "@cordon/policy";

/** The policy that these flags give on a command line. */
export function policyOf(...flags: readonly string[]): Policy {
  const { document, rest } = parseGrantFlags(flags, { directory: "/" });
  if (rest.length > 0) throw new Error(`Expected grants alone, got ${rest.join(" ")}`);
  return mergePolicies(document);
}
