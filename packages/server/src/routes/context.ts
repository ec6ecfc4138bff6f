// SPDX-License-Identifier: Apache-2.0
import type { Deployments } from "../apps/deployments.ts";
import type { Registry } from "../apps/registry.ts";
import type { ServerLimits } from "../options.ts";
import type { State } from "../store/state.ts";

/** What the routes of the API work with. */
export interface RouteContext {
  state: State;
  registry: Registry;
  deployments: Deployments;
  limits: ServerLimits;
}
