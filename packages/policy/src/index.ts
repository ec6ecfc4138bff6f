// SPDX-License-Identifier: Apache-2.0
import type { AccessRequest, Decision, Policy, PolicyDocument } from "./types.ts";
export * from "./errors.ts";
export type * from "./types.ts";

function pending(): never {
  throw new Error("not written yet");
}
export interface PlainPolicy {
  readonly version: 1;
}
/** Reads cordon.json. */
export function parsePolicyFile(_text: string, _at: { file: string; directory: string }): PolicyDocument {
  return pending();
}
/** Takes the leading grant flags. */
export function parseGrantFlags(
  _args: readonly string[],
  _at: { directory: string },
): { document: PolicyDocument; rest: string[] } {
  return pending();
}
/** The flag that an unknown one was probably meant to be. */
export function nearestFlag(_flag: string): string | undefined {
  return pending();
}
export function mergePolicies(..._documents: readonly PolicyDocument[]): Policy {
  return pending();
}
export function restrictPolicy(_outer: Policy, _inner: Policy): Policy {
  return pending();
}
export function decide<R extends AccessRequest>(_policy: Policy, _request: R): Decision<R["scope"]> {
  return pending();
}
/** The CIDRs that `public` stands for. */
export function publicRanges(): readonly string[] {
  return pending();
}
export function toJSONSchema(): object {
  return pending();
}
/** A policy as plain, compact JSON data, without origins. */
export function policyToPlain(_policy: Policy): PlainPolicy {
  return pending();
}
export function policyFromPlain(_plain: PlainPolicy): Policy {
  return pending();
}
/** A cordon.json that parses to this policy. */
export function printPolicy(_policy: Policy): string {
  return pending();
}
export function explainDenial(_denial: {
  scope: string;
  resource: string;
  grant: string;
  reason?: string;
}): string {
  return pending();
}
