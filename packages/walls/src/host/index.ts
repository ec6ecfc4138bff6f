// SPDX-License-Identifier: Apache-2.0

export type {
  AloneIdentity,
  Cgroups,
  Controller,
  ControllerName,
  Host,
  HostProperty,
  Level,
  PropertyName,
  Surroundings,
  UserNamespaces,
} from "./host.ts";
export type { ProbeOptions } from "./probe.ts";
export { cachedHost } from "./cached.ts";
export { probeHost } from "./probe.ts";
export { jailPath } from "./trial.ts";
