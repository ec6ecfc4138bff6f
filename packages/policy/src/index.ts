// SPDX-License-Identifier: Apache-2.0
export { type Address, type Cidr, contains, formatAddress, parseAddress, parseCidr } from "./addresses.ts";
export { decide } from "./decide.ts";
export { isReservedVariable, needsExactGrant } from "./environment.ts";
export * from "./errors.ts";
export { explainDenial } from "./explain.ts";
export { maxFileLength, parsePolicyFile } from "./file.ts";
export { escapeItem, grantFlags, nearestFlag, parseGrantFlags, unknownFlag } from "./flags.ts";
export { writeGrant, writeRule } from "./grant-text.ts";
export { mergePolicies } from "./merge.ts";
export { didYouMean } from "./nearest.ts";
export { isPrefix, normalisePath, pathCovers, pathSpecificity } from "./paths.ts";
export { type PlainPolicy, policyFromPlain, policyToPlain } from "./plain.ts";
export { printPolicy } from "./print.ts";
export { publicRanges } from "./public-ranges.ts";
export { restrictPolicy } from "./restrict.ts";
export { toJSONSchema } from "./schema.ts";
export { allScopes, netScopes, nameScopes, pathScopes, switchScopes } from "./scopes.ts";
export type * from "./types.ts";
