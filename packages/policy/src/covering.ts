// SPDX-License-Identifier: Apache-2.0
import { type Address, embeddedAddress } from "./addresses.ts";
import { weighForAddress, weighForName, withPorts } from "./endpoints.ts";
import { isReservedVariable, needsExactGrant } from "./environment.ts";
import { weighName } from "./name-patterns.ts";
import { pathCovers, pathSpecificity } from "./paths.ts";
import { isPublic } from "./public-ranges.ts";
import { settle, type Verdict, type Weigh } from "./settle.ts";
import type { NameRule, NameScope, NetRule, PathRule, Protocol, Rules, RunRule } from "./types.ts";

/** What the rules say about one path. */
export function settlePath(rules: Rules<PathRule>, path: string): Verdict<PathRule> | undefined {
  return settle(rules, (rule) => (pathCovers(rule.path, path) ? pathSpecificity(rule.path) : undefined));
}

/** What the rules say about one name. */
export function settleName(
  scope: NameScope,
  rules: Rules<NameRule>,
  name: string,
): Verdict<NameRule> | undefined {
  if (scope === "env" && isReservedVariable(name)) return undefined;
  const needsExact = scope === "env" && needsExactGrant(name);
  return settle(rules, ({ pattern }, effect) =>
    effect === "allow" && needsExact && pattern !== name ? undefined : weighName(pattern, name),
  );
}

/** What the rules say about all that a rule's value covers. A name that is denied among it is a rule of its own. */
export function settlePrograms(rules: Rules<RunRule>, value: string): Verdict<RunRule> | undefined {
  return settle(rules, (rule) => weighProgram(rule.program, value));
}

/** What the rules say about a program, given as an absolute path or as a bare name. */
export function settleProgram(rules: Rules<RunRule>, program: string): Verdict<RunRule> | undefined {
  const verdict = settlePrograms(rules, program);
  if (verdict?.effect === "deny" || !program.startsWith("/")) return verdict;
  // A name that is denied stays denied under whatever path it is found; a name that is granted is granted only
  // as PATH finds it, or any directory with a file of that name would do. `*` among the rules is no name.
  const name = program.slice(program.lastIndexOf("/") + 1);
  const denied = name === "*" ? undefined : rules.deny.find((rule) => rule.program === name);
  return denied === undefined ? verdict : { effect: "deny", rule: denied };
}

function weighProgram(rule: string, program: string): number | undefined {
  if (rule === "*") return -1;
  if (!rule.startsWith("/")) return rule === program ? 0 : undefined;
  return program.startsWith("/") && pathCovers(rule, program) ? pathSpecificity(rule) : undefined;
}

/** The far or near end of a connection, as far as it is known. */
export interface Endpoint {
  readonly protocol: Protocol;
  readonly port: number | undefined;
  readonly address?: Address & { readonly prefix?: number };
  readonly name?: string;
}

type NetVerdict = Verdict<NetRule> | undefined;

/** The verdict on each of the two things that are known about a peer, and on neither. */
export interface NetVerdicts {
  readonly address: NetVerdict;
  readonly name: NetVerdict;
  /** What the rules for any host say. */
  readonly any: NetVerdict;
}

/** Looks an endpoint up in each chain of rules on its own: by address, by name, and by neither. */
export function netVerdicts(rules: Rules<NetRule>, end: Endpoint): NetVerdicts {
  const chain = (weighHost: (rule: NetRule) => number | undefined): NetVerdict => {
    const weigh: Weigh<NetRule> = (rule, effect) =>
      rule.protocol === end.protocol && coversPort(rule, end.port, effect)
        ? withPorts(weighHost(rule), rule.ports)
        : undefined;
    return settle(rules, weigh);
  };
  const { address, name } = end;
  return {
    address: address && chain((rule) => weighForAddress(rule.host, address)),
    name: name === undefined ? undefined : chain((rule) => weighForName(rule.host, name)),
    any: chain((rule) => (rule.host.kind === "any" ? 0 : undefined)),
  };
}

function coversPort({ ports }: NetRule, port: number | undefined, effect: "allow" | "deny"): boolean {
  if (port !== undefined) return ports.from <= port && port <= ports.to;
  return effect === "allow" || (ports.from <= 1 && ports.to === 65_535);
}

/**
 * What the rules say about an endpoint. Addresses and names are not comparable: neither is more specific than the
 * other, so a denial by either one stands. A name is worth what its DNS answer is worth, and that comes from
 * outside: it reaches public addresses only, everything else must be granted as an address.
 */
export function settleEndpoint(rules: Rules<NetRule>, end: Endpoint): NetVerdict {
  const { address, name, any } = netVerdicts(rules, end);
  if (end.address === undefined) return name ?? settlePublicName(rules, end) ?? any;
  const embedded = embeddedAddress(end.address);
  const inner = embedded && netVerdicts(rules, { ...end, address: embedded }).address;
  for (const verdict of [address, name, inner]) if (verdict?.effect === "deny") return verdict;
  if (address !== undefined) return address;
  if (name !== undefined && isPublic(end.address)) return name;
  return any;
}

/** What `public` says about looking a name up. `localhost` is not public. */
export function settlePublicName(rules: Rules<NetRule>, end: Endpoint): NetVerdict {
  if (end.name === undefined || end.name === "localhost") return undefined;
  return settle(rules, (rule, effect) =>
    rule.host.kind === "public" && rule.protocol === end.protocol && coversPort(rule, end.port, effect)
      ? withPorts(0, rule.ports)
      : undefined,
  );
}
