// SPDX-License-Identifier: Apache-2.0
import {
  nameScopes,
  netScopes,
  pathScopes,
  type NetRule,
  type Policy,
  restrictPolicy,
  switchScopes,
  writeGrant,
  writeRule,
} from "@cordon/policy";

/**
 * The grants of `inner` that `outer` does not have, as flags. A grant is compared as a whole: where the outer
 * policy refuses a part of it (a directory below, an address within), that part is refused and no excess.
 */
export function excessOf(outer: Policy, inner: Policy): readonly string[] {
  const common = restrictPolicy(outer, inner);
  return [
    ...[...pathScopes, ...nameScopes, "run" as const].flatMap((scope) => {
      const kept = new Set(common[scope].allow.map((rule) => writeRule(scope, "allow", rule)));
      return inner[scope].allow
        .map((rule) => writeRule(scope, "allow", rule))
        .filter((flag) => !kept.has(flag));
    }),
    ...netScopes.flatMap((scope) =>
      inner[scope].allow
        .filter((rule) => !coversPorts(rule, common[scope].allow))
        .map((rule) => writeRule(scope, "allow", rule)),
    ),
    ...switchScopes.filter((scope) => inner[scope] && !common[scope]).map((scope) => writeGrant(scope, "")),
  ];
}

/** Whether the pieces that are left of a rule, which may be cut by ports, cover all of its ports. */
function coversPorts(rule: NetRule, pieces: readonly NetRule[]): boolean {
  const host = JSON.stringify(rule.host);
  const own = pieces
    .filter((piece) => piece.protocol === rule.protocol && JSON.stringify(piece.host) === host)
    .map(({ ports }) => ports)
    .sort((one, other) => one.from - other.from);
  let next = rule.ports.from;
  for (const { from, to } of own) if (from <= next) next = Math.max(next, to + 1);
  return next > rule.ports.to;
}
