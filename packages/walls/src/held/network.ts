// SPDX-License-Identifier: Apache-2.0
import { type AccessRequest, contains, parseAddress, parseCidr } from "@cordon/policy";
import { ANY_ADDRESS, type NameStep, type NetworkStep, type Plan } from "../plan.ts";
import { absent, closed, type Hold, open } from "./hold.ts";

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
  if (address === undefined) return nameHold(plan.filters, request);
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
  if (step.address !== ANY_ADDRESS) {
    const network = parseCidr(`${step.address}/${step.prefix}`);
    if (network === undefined || !contains(network, address)) return false;
  }
  return coversPort(step, port);
}

/** What the cell's nameserver, which is the broker, says of a name. */
function nameHold(filters: NonNullable<Plan["filters"]>, request: Request): Hold {
  const wall = "filters";
  const { names, network } = filters;
  if (names === null) return closed(wall, "nobody answers for names without the namespaces' wall");
  const name = request.address.toLowerCase().replace(/\.$/, "");
  if (request.scope === "net.listen") return closed(wall, "a name is no address to listen on");
  const fitting = names.rules.filter(
    (rule) => rule.protocol === request.protocol && coversPort(rule, request.port),
  );
  const rule =
    fitting.find((each) => isNamed(each.name, name)) ?? fitting.find((each) => each.name === "public");
  if (rule !== undefined) {
    const by = `the broker's nameserver: ${nameText(rule)}`;
    return rule.allow ? open(wall, "full", by) : closed(wall, by);
  }
  const anywhere = network.find(
    (step) =>
      step.call === "connect" &&
      step.protocol === request.protocol &&
      step.address === ANY_ADDRESS &&
      coversPort(step, request.port),
  );
  if (anywhere?.allow === true) return open(wall, "full", `the broker: ${ruleText(anywhere)}`);
  return closed(wall, "the broker's nameserver does not know the name");
}

function isNamed(rule: string, name: string): boolean {
  return rule.startsWith("*.") ? name.endsWith(rule.slice(1)) : rule === name;
}

function nameText({ allow, protocol, name, from, to }: NameStep): string {
  return `${allow ? "allow" : "deny"} ${protocol}://${name}${portsText(from, to)}`;
}

function portsText(from: number, to: number): string {
  if (from === 0 && to === 65_535) return "";
  return `:${from === to ? from : `${from}-${to}`}`;
}

type PortStep = Pick<NetworkStep, "allow" | "from" | "to">;

function coversPort(step: PortStep, port: number | undefined): boolean {
  // Without a port the question is whether there is any that is granted, and whether all are denied.
  if (port === undefined) return step.allow || (step.from <= 1 && step.to === 65_535);
  return step.from <= port && port <= step.to;
}

function ruleText({ allow, protocol, address, prefix, from, to }: NetworkStep): string {
  const network = address === ANY_ADDRESS ? address : `${address}/${prefix}`;
  const host = address.includes(":") ? `[${network}]` : network;
  return `${allow ? "allow" : "deny"} ${protocol}://${host}${portsText(from, to)}`;
}
