// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "@cordon/policy";

/** The error for a command line that says something other than what it may. */
export function usageError(problem: string, remedy: string): CordonError {
  return new CordonError("ERR_USAGE", { problem }, { remedy });
}
