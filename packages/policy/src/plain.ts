// SPDX-License-Identifier: Apache-2.0
import type { Acceptable } from "./accept.ts";
import { listScopes, switchScopes } from "./scope-names.ts";
import type {
  IntegrityRule,
  Limits,
  NameRule,
  NetRule,
  PathRule,
  Policy,
  Rules,
  RunRule,
  SwitchScope,
} from "./types.ts";

type Plain<R> = Omit<R, "origin">;
interface PlainRules<R> {
  readonly allow?: readonly Plain<R>[];
  readonly deny?: readonly Plain<R>[];
}

/** A policy as small JSON data: no origins, and no empty lists. */
export interface PlainPolicy {
  readonly "fs.read"?: PlainRules<PathRule>;
  readonly "fs.write"?: PlainRules<PathRule>;
  readonly "net.connect"?: PlainRules<NetRule>;
  readonly "net.listen"?: PlainRules<NetRule>;
  readonly "net.unix"?: PlainRules<PathRule>;
  readonly env?: PlainRules<NameRule>;
  readonly run?: PlainRules<RunRule>;
  readonly addon?: PlainRules<PathRule>;
  readonly worker?: true;
  readonly wasi?: true;
  readonly ffi?: true;
  readonly inspector?: true;
  readonly denied?: readonly SwitchScope[];
  readonly sys?: PlainRules<NameRule>;
  readonly integrity?: readonly Omit<IntegrityRule, "origin">[];
  /** Names. */
  readonly builtins?: readonly string[];
  readonly accept?: readonly Acceptable[];
  readonly limits?: Limits;
}

/** Takes a policy apart for handing it on as JSON, for example into a cell. */
export function policyToPlain(policy: Policy, options: { readonly limits?: boolean } = {}): PlainPolicy {
  const plain: Record<string, unknown> = {};
  for (const scope of listScopes) {
    const { allow, deny } = policy[scope];
    if (allow.length + deny.length === 0) continue;
    plain[scope] = {
      ...(allow.length > 0 ? { allow: allow.map(withoutOrigin) } : {}),
      ...(deny.length > 0 ? { deny: deny.map(withoutOrigin) } : {}),
    };
  }
  for (const scope of switchScopes) if (policy[scope]) plain[scope] = true;
  if (policy.denied.length > 0) plain["denied"] = policy.denied;
  if (policy.integrity.length > 0) plain["integrity"] = policy.integrity.map(withoutOrigin);
  if (policy.builtins.deny.length > 0) plain["builtins"] = policy.builtins.deny.map(({ name }) => name);
  // Like the limits, for whoever plans with it; a cell is not asked.
  if (options.limits !== false && policy.accept.length > 0) plain["accept"] = policy.accept;
  if (options.limits !== false) plain["limits"] = policy.limits;
  return plain;
}

function withoutOrigin<R extends { readonly origin: string }>(rule: R): Omit<R, "origin"> {
  return Object.fromEntries(Object.entries(rule).filter(([key]) => key !== "origin")) as Omit<R, "origin">;
}

/** Puts a policy together again from {@link policyToPlain}. It trusts its input: that came from Cordon, not from outside. */
export function policyFromPlain(plain: PlainPolicy): Policy {
  return Object.freeze({
    "fs.read": revive(plain["fs.read"]),
    "fs.write": revive(plain["fs.write"]),
    "net.connect": revive(plain["net.connect"]),
    "net.listen": revive(plain["net.listen"]),
    "net.unix": revive(plain["net.unix"]),
    env: revive(plain.env),
    run: revive(plain.run),
    addon: revive(plain.addon),
    worker: plain.worker === true,
    wasi: plain.wasi === true,
    ffi: plain.ffi === true,
    inspector: plain.inspector === true,
    denied: Object.freeze(plain.denied ?? []),
    sys: revive(plain.sys),
    integrity: Object.freeze((plain.integrity ?? []).map((rule) => Object.freeze({ ...rule, origin: "" }))),
    builtins: Object.freeze({
      deny: Object.freeze((plain.builtins ?? []).map((name) => Object.freeze({ name, origin: "" }))),
    }),
    accept: Object.freeze(plain.accept ?? []),
    limits: Object.freeze(plain.limits ?? {}),
  });
}

function revive<R extends { readonly origin: string }>(rules: PlainRules<R> | undefined): Rules<R> {
  const side = (list: readonly Plain<R>[] | undefined): readonly R[] =>
    // A rule is its plain form and an origin: that is what Plain took away.
    Object.freeze((list ?? []).map((rule) => Object.freeze({ ...rule, origin: "" } as unknown as R)));
  return Object.freeze({ allow: side(rules?.allow), deny: side(rules?.deny) });
}
