// SPDX-License-Identifier: Apache-2.0
import { type AccessRequest, contains, parseAddress, parseCidr } from "@cordon/policy";
import type { NetworkStep, Plan } from "../plan.ts";
import { absent, blind, closed, type Hold, open } from "./hold.ts";

type Request = Extract<AccessRequest, { scope: "net.connect" | "net.listen" }>;

/** What the empty network and the broker say of one endpoint. */
export function networkHolds(plan: Plan, request: Request): readonly Hold[] {
  const broker = brokerHold(plan, request);
  return [emptyNetwork(plan, broker), broker];
}

function emptyNetwork(plan: Plan, broker: Hold): Hold {
  const wall = "namespaces";
  if (plan.namespaces === null) return absent(wall);
  const by = "a network with nothing in it but its own loopback";
  if (plan.filters === null || !broker.passes) return closed(wall, by);
  return open(wall, "full", `${by}; only the broker hands in a socket of the host's`);
}

function brokerHold(plan: Plan, request: Request): Hold {
  const wall = "filters";
  if (plan.filters === null) return absent(wall);
  const address = parseAddress(request.address);
  if (address === undefined) {
    return plan.filters.network.length === 0
      ? closed(wall, "the broker has no rule, and answers for no name")
      : blind(wall, "the broker decides on the address that the name turns out to have");
  }
  const rule = plan.filters.network.find((step) => coversEndpoint(step, request, address));
  if (rule === undefined) return closed(wall, "no rule of the broker covers it");
  return rule.allow
    ? open(wall, "full", `the broker: ${ruleText(rule)}`)
    : closed(wall, `the broker: ${ruleText(rule)}`);
}

function coversEndpoint(
  step: NetworkStep,
  { scope, protocol, port }: Request,
  address: NonNullable<ReturnType<typeof parseAddress>>,
): boolean {
  if (step.call !== (scope === "net.connect" ? "connect" : "bind") || step.protocol !== protocol)
    return false;
  const network = parseCidr(`${step.address}/${step.prefix}`);
  if (network === undefined || !contains(network, address)) return false;
  // Without a port the question is whether there is any that is granted, and whether all are denied.
  if (port === undefined) return step.allow || (step.from <= 1 && step.to === 65_535);
  return step.from <= port && port <= step.to;
}

/** A rule of the broker as `allow tcp://10.0.0.0/8:443`. */
export function ruleText({ allow, protocol, address, prefix, from, to }: NetworkStep): string {
  const host = address.includes(":") ? `[${address}/${prefix}]` : `${address}/${prefix}`;
  const ports = from === 0 && to === 65_535 ? "" : `:${from === to ? from : `${from}-${to}`}`;
  return `${allow ? "allow" : "deny"} ${protocol}://${host}${ports}`;
}
