// SPDX-License-Identifier: Apache-2.0
export { encodeLine, encodeName, encodePlan, encodeRule } from "./encode.ts";
export { type Hold, type Holder, holdsOf, policyInside } from "./held/index.ts";
export { type PlanProperty, type PlanPropertyName } from "./held/properties.ts";
export { type ExplainedRule, explainRules } from "./held/rules.ts";
export * from "./host/index.ts";
export type { Inspect } from "./inspector.ts";
export * from "./landlock.ts";
export * from "./node/index.ts";
export {
  limitFacts,
  type LimitGround,
  limitGrounds,
  type LimitHold,
} from "./limit-holds.ts";
export { exposedFiles } from "./kept-files.ts";
export { refuseForeignLinks } from "./laid-links.ts";
export { type Link, type Resolved, resolveLinks } from "./links.ts";
export { nameSteps } from "./name-steps.ts";
export { networkSteps } from "./network-steps.ts";
export { packageDirectories } from "./package-directories.ts";
export { findExecutable } from "./paths.ts";
export type * from "./plan.ts";
export { recordingPlan } from "./recording.ts";
export { allWalls, NO_REMAPPING, type Program, resolvePlan } from "./resolve.ts";
export { takeScratch } from "./scratch.ts";
export * from "./seccomp/index.ts";
