// SPDX-License-Identifier: Apache-2.0
export { type ExtraPaths, type Feature, knowsInspectorGrant, nodeHas, permissionFlags } from "./flags.ts";
export { type NodeFacts, probeNode } from "./probe.ts";
