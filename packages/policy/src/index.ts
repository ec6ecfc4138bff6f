// SPDX-License-Identifier: Apache-2.0
export { type Address, type Cidr, contains, formatAddress, parseAddress, parseCidr } from "./addresses.ts";
export { decide } from "./decide.ts";
export { isReservedVariable } from "./environment.ts";
export * from "./errors.ts";
export { explainDenial } from "./explain.ts";
export { maxFileLength, ownPolicyFile, parsePolicyFile } from "./file.ts";
export {
  describeFlags,
  type FlagEntry,
  grantFlags,
  nearestFlag,
  parseGrantFlags,
  unknownFlag,
} from "./flags.ts";
export { ruleValue, writeGrant, writeRule } from "./grant-text.ts";
export { holds, holdsAll, holdsSome, isSwitchOfNode, scopesNamed } from "./holds.ts";
export { describeLearnt, writeLearnt } from "./learn/document.ts";
export { type Standing, standingOf } from "./learn/granted.ts";
export { learnRules } from "./learn/learn.ts";
export { nameAsked } from "./learn/question.ts";
export type * from "./learn/types.ts";
export { mergePolicies } from "./merge.ts";
export { type Drop, dropOrigin, isDropOrigin, narrowPolicy, parseDrop } from "./narrow.ts";
export { systemNames } from "./name-values.ts";
export { deniedBuiltin } from "./modules.ts";
export { LISTED } from "./module-values.ts";
export { isPrefix, pathCovers, pathSpecificity } from "./paths.ts";
export { type PlainPolicy, policyFromPlain, policyToPlain } from "./plain.ts";
export { parseNodeConfig } from "./node-config.ts";
export { printPolicy } from "./print.ts";
export { isPublic, publicRanges } from "./public-ranges.ts";
export { type PathKind, readQuestion, type Surroundings } from "./question.ts";
export { restrictPolicy } from "./restrict.ts";
export { toJSONSchema } from "./schema.ts";
export { checkSafeMode, safeModeDocument } from "./safe-mode.ts";
export { allScopes, isScope, netScopes, nameScopes, pathScopes, switchScopes } from "./scopes.ts";
export { describeLimit, isLimitName, limitFlag } from "./limit-words.ts";
export type { Acceptable } from "./accept.ts";
export { type LimitName, limitNames, limitTable } from "./limits.ts";
export type * from "./types.ts";
export { Malformed } from "./values.ts";
