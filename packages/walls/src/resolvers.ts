// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { CordonError, decide, parseAddress, type Policy } from "@cordon/policy";
import type { HostStep, ResolverStep } from "./plan.ts";

const DNS_PORT = 53;
// As many as a C library asks (MAXNS, resolv.conf(5)).
const MOST_RESOLVERS = 3;
// Lists against advertisements have hundreds of thousands of entries; the jail takes fewer rules of a kind than this.
const MOST_HOSTS = 8192;

/** The files that say how this host resolves names. A missing one is as an empty one. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

const words = (line: string): string[] =>
  line
    .replace(/[#;].*$/, "")
    .trim()
    .split(/\s+/);

/** The number of an interface of this host, for the zone of a link-local address. */
function zoneNumber(zone: string): number | undefined {
  if (/^\d+$/.test(zone)) return Number(zone);
  return process
    .getBuiltinModule("node:os")
    .networkInterfaces()
    [zone]?.find((each) => each.family === "IPv6")?.scopeid;
}

function resolverAt(text: string, port: number): ResolverStep | undefined {
  const [address = "", zone] = text.split("%");
  if (parseAddress(address) === undefined) return undefined;
  if (zone === undefined) return { address, port };
  const number = zoneNumber(zone);
  return number === undefined ? undefined : { address: `${address}%${number}`, port };
}

/**
 * The nameservers of a `resolv.conf(5)`; where it names none, the one of this machine. Search lists are left out: a
 * name means the same in every policy.
 */
export function parseResolvConf(text: string): readonly ResolverStep[] {
  const named = text.split("\n").flatMap((line) => {
    const [key, value] = words(line);
    const resolver = key === "nameserver" && value !== undefined ? resolverAt(value, DNS_PORT) : undefined;
    return resolver === undefined ? [] : [resolver];
  });
  return named.length === 0 ? [{ address: "127.0.0.1", port: DNS_PORT }] : named.slice(0, MOST_RESOLVERS);
}

/**
 * A nameserver as an option names it: `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:53`.
 *
 * @throws CordonError `ERR_OPTION_INVALID`
 */
export function parseResolver(text: string): ResolverStep {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[3] ?? DNS_PORT);
  const resolver = resolverAt(match?.[1] ?? match?.[2] ?? text, match === null ? DNS_PORT : port);
  if (resolver !== undefined && port > 0 && port <= 65_535) return resolver;
  throw new CordonError(
    "ERR_OPTION_INVALID",
    {
      option: "a resolver",
      expected: "the address of a nameserver such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53",
      got: text,
    },
    { remedy: "Correct --resolver, or leave it out: the host's own nameservers are asked then." },
  );
}

/** The names of a `hosts(5)` with their addresses. */
export function parseHosts(text: string): readonly HostStep[] {
  return text.split("\n").flatMap((line) => {
    const [address = "", ...names] = words(line);
    if (parseAddress(address) === undefined) return [];
    return names
      .map((name) => name.toLowerCase().replace(/\.$/, ""))
      .filter((name) => /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(name) && name.length <= 253)
      .map((name) => ({ name, address }));
  });
}

/** Whether a policy lets a name be looked up. */
function mayLookUp(policy: Policy, name: string): boolean {
  return (["tcp", "udp"] as const).some(
    (protocol) => decide(policy, { scope: "net.connect", protocol, address: name }).granted,
  );
}

/**
 * Who resolves names for a cell, and which need nobody.
 *
 * @param given nameservers to ask in place of the host's; undefined for the host's
 */
export function hostResolution(
  policy: Policy,
  given: readonly string[] | undefined,
): { readonly resolvers: readonly ResolverStep[]; readonly hosts: readonly HostStep[] } {
  return {
    resolvers:
      given === undefined
        ? parseResolvConf(read("/etc/resolv.conf"))
        : given.map((text) => parseResolver(text)),
    hosts: parseHosts(read("/etc/hosts"))
      .filter(({ name }) => name !== "localhost" && mayLookUp(policy, name))
      .slice(0, MOST_HOSTS),
  };
}
