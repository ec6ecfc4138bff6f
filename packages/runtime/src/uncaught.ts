// SPDX-License-Identifier: Apache-2.0
import type { Policy } from "@cordon/policy";
import { explainNodeRefusal } from "./explain.ts";

/** Completes a refusal of Node's that nobody caught before it is printed: not all of them pass through what we wrap. */
export function explainUncaught(policy: Policy): void {
  process.on("uncaughtExceptionMonitor", (error) => explainNodeRefusal(policy, error));
}
