// SPDX-License-Identifier: Apache-2.0
import { type Cidr, contains, formatAddress } from "./addresses.ts";
import { type Endpoint, netVerdicts, settlePublicName } from "./covering.ts";
import { cidrOf, formatEndpoint } from "./endpoints.ts";
import { CordonError } from "./errors.ts";
import { isPublic, publicNetworks } from "./public-ranges.ts";
import type { HostPattern, NetRule, PortRange, Protocol, Rules } from "./types.ts";

/** Two lists can cut each other into very many pieces, and both may come from outside. */
const maxPieces = 16_384;

type State = "allow" | "deny" | undefined;

/** The network rules that grant what both grant. See restrictPolicy for the method. */
export function restrictEndpoints(outer: Rules<NetRule>, inner: Rules<NetRule>): Rules<NetRule> {
  const allow: NetRule[] = [];
  const deny: NetRule[] = [];
  const sides = [withLoopback(outer), withLoopback(inner)] as const;
  const rules = sides.flatMap((side) => [...side.allow, ...side.deny]);
  for (const protocol of ["tcp", "udp"] as const) {
    const own = rules.filter((rule) => rule.protocol === protocol);
    const hosts = [...hostsOf(own)];
    const ranges = cutPorts(own);
    if (hosts.length * ranges.length > maxPieces) throw tooManyPieces();
    for (const [host, origin] of hosts) {
      for (const { ports, state } of statesOf(sides, protocol, host, ranges)) {
        const endpoint = { protocol, host, ports };
        const list = state === "allow" ? allow : deny;
        list.push(Object.freeze({ ...endpoint, text: formatEndpoint(endpoint), origin }));
      }
    }
  }
  return Object.freeze({ allow: Object.freeze(allow), deny: Object.freeze(deny) });
}

function tooManyPieces(): CordonError {
  const problem = `Expected network rules that cut each other into at most ${maxPieces} pieces. Use fewer, wider rules.`;
  return new CordonError("ERR_POLICY_INVALID", { where: "policy", problem });
}

const loopback: readonly HostPattern[] = [
  { kind: "cidr", address: "127.0.0.1", prefix: 32, family: 4 },
  { kind: "cidr", address: "::1", prefix: 128, family: 6 },
];

/** `localhost` is a name and two addresses; here each is looked at for itself. */
function withLoopback(rules: Rules<NetRule>): Rules<NetRule> {
  const expand = (rule: NetRule): NetRule[] =>
    rule.host.kind === "name" && rule.host.name === "localhost"
      ? [rule, ...loopback.map((host) => ({ ...rule, host }))]
      : [rule];
  return { allow: rules.allow.flatMap(expand), deny: rules.deny.flatMap(expand) };
}

/** Every host pattern once, with where it came from. */
function hostsOf(rules: readonly NetRule[]): Iterable<readonly [HostPattern, string]> {
  const hosts = new Map<string, readonly [HostPattern, string]>();
  const add = (host: HostPattern, origin: string): void => {
    hosts.set(JSON.stringify(host), [host, origin]);
  };
  const hasPublic = rules.some(({ host }) => host.kind === "public");
  for (const { host, origin } of rules) {
    add(host, origin);
    if (host.kind !== "cidr" || !hasPublic) continue;
    const network = cidrOf(host);
    if (isPublic(network)) continue;
    // Partly public: its public parts are regions of their own.
    for (const part of publicNetworks()) if (contains(network, part)) add(patternOf(part), origin);
  }
  return hosts.values();
}

function patternOf(network: Cidr): HostPattern {
  const { family, prefix } = network;
  return { kind: "cidr", address: formatAddress(network), prefix, family };
}

/** The ranges of ports between which no rule begins or ends. */
function cutPorts(rules: readonly NetRule[]): PortRange[] {
  const starts = new Set([0, ...rules.flatMap(({ ports }) => [ports.from, ports.to + 1])]);
  const sorted = [...starts].filter((start) => start <= 65_535).sort((a, b) => a - b);
  return sorted.map((from, index) => ({ from, to: (sorted[index + 1] ?? 65_536) - 1 }));
}

/** What both sides say about a host, range of ports by range of ports. Ranges that nobody speaks of are left out. */
function statesOf(
  sides: readonly [Rules<NetRule>, Rules<NetRule>],
  protocol: Protocol,
  host: HostPattern,
  ranges: readonly PortRange[],
): { ports: PortRange; state: "allow" | "deny" }[] {
  const pieces: { from: number; to: number; state: State }[] = [];
  for (const { from, to } of ranges) {
    const states = sides.map((side) => stateOf(side, protocol, host, from));
    const state = states.includes("deny") ? "deny" : states.includes(undefined) ? undefined : "allow";
    const last = pieces.at(-1);
    if (last !== undefined && last.state === state) last.to = to;
    else pieces.push({ from, to, state });
  }
  return pieces.flatMap(({ from, to, state }) =>
    state === undefined ? [] : [{ ports: { from, to }, state }],
  );
}

/**
 * What one side says about all of a host pattern. Where no rule by address or name speaks, a grant for any host
 * counts here too; a denial for any host does not, since rules of the other kind may still grant.
 */
function stateOf(rules: Rules<NetRule>, protocol: Protocol, host: HostPattern, port: number): State {
  const end: Endpoint = { protocol, port };
  const any = netVerdicts(rules, end).any?.effect;
  const base = any === "allow" ? any : undefined;
  switch (host.kind) {
    case "any":
      return any;
    case "cidr":
      return netVerdicts(rules, { ...end, address: cidrOf(host) }).address?.effect ?? base;
    case "public":
      return ruleForPublic(rules, end) ?? base;
    case "name":
    case "suffix": {
      // Of a suffix, a name that stands for all those below it: no rule can name it.
      const named = { ...end, name: host.kind === "name" ? host.name : `*.${host.suffix}` };
      const verdicts = netVerdicts(rules, named);
      if (verdicts.name !== undefined) return verdicts.name.effect;
      const asPublic = settlePublicName(rules, named)?.effect ?? base;
      return asPublic === "deny" ? undefined : asPublic;
    }
  }
}

function ruleForPublic(rules: Rules<NetRule>, end: Endpoint): State {
  return settlePublicName(rules, { ...end, name: "*" })?.effect;
}
