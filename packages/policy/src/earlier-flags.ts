// SPDX-License-Identifier: Apache-2.0
// Names that earlier proposals for Node had, with the same meaning.
import { allPorts, formatEndpoint } from "./endpoints.ts";
import { addValue, type OpenGrants } from "./grants.ts";
import { parseEndpoints } from "./net-values.ts";
import type { HostPattern, NetRule, PortRange } from "./types.ts";
import { expected, Malformed, maxRules } from "./values.ts";

/** What these flags have said so far; addresses and ports mean something together, in whatever order they come. */
export interface EarlierWords {
  readonly addresses: Written<HostPattern>[];
  readonly ports: Written<PortRange>[];
  readonly without: ("fs.read" | "fs.write")[];
}

interface Written<T> {
  readonly value: T;
  readonly origin: string;
}

type Sides = Readonly<Record<"allow" | "deny", OpenGrants>>;
type Take = (words: EarlierWords, sides: Sides, item: string, origin: string, directory: string) => void;

/** The flags, each with what it does for one item of its list. */
export const earlierFlags: ReadonlyMap<string, Take> = new Map<string, Take>([
  ["--policy-deny-fs", takeDenyFs],
  ["--restricted-outgoing-addresses", takeAddress],
  ["--allowed-outgoing-ports", takePort],
]);

/** Values to show where one of them has none. */
export const earlierExamples: Readonly<Record<string, string>> = {
  "--policy-deny-fs": "out,in:/tmp/:./.gitignore",
  "--restricted-outgoing-addresses": "10.0.0.0/8,169.254.0.0/16",
  "--allowed-outgoing-ports": "80,443",
};

/** `out`, `in` (all of it, whatever is granted), or either with paths after it: `in:/tmp/:./.gitignore`. `\:` is a colon of the path's own. */
function takeDenyFs(
  words: EarlierWords,
  sides: Sides,
  item: string,
  origin: string,
  directory: string,
): void {
  const [side, ...paths] = item.split(/(?<!\\):/).map((part) => part.replaceAll("\\:", ":"));
  const scope = side === "in" ? "fs.read" : side === "out" ? "fs.write" : undefined;
  if (scope === undefined) throw expected("`in` or `out`, with paths after a colon", item);
  if (paths.length === 0) words.without.push(scope);
  for (const text of paths.length === 0 ? ["*"] : paths)
    addValue(sides.deny, scope, "deny", { text, optional: false, directory, origin });
}

function takeAddress(words: EarlierWords, _: Sides, item: string, origin: string): void {
  const [rule] = parseEndpoints("net.connect", item, "deny", origin);
  if (rule === undefined || rule.ports !== allPorts || item.includes("://")) {
    throw new Malformed(
      `Expected an address, a network or a host without protocol and port, got \`${item}\`. Ports are --allowed-outgoing-ports.`,
    );
  }
  words.addresses.push({ value: rule.host, origin });
}

function takePort(words: EarlierWords, _: Sides, item: string, origin: string): void {
  if (!/^\d+(-\d+)?$/.test(item)) throw expected("a port or a range such as `8000-8099`", item);
  const [rule] = parseEndpoints("net.connect", `:${item}`, "allow", origin);
  if (rule !== undefined) words.ports.push({ value: rule.ports, origin });
}

/**
 * Adds the rules that addresses and ports mean together. With addresses: everything is granted but these, and on these
 * the ports are. Without: the ports are granted, on any host.
 *
 * @throws Malformed if that makes too many rules
 */
export function addOutgoing({ addresses, ports }: EarlierWords, sides: Sides): void {
  const first = addresses[0];
  if (first !== undefined) {
    const everything = { text: "*", optional: false, directory: "/", origin: first.origin };
    addValue(sides.allow, "net.connect", "allow", everything);
  }
  const anywhere: Written<HostPattern>[] = [{ value: { kind: "any" }, origin: "" }];
  for (const { value: host, origin } of addresses) {
    for (const protocol of ["tcp", "udp"] as const)
      add(sides.deny["net.connect"], { protocol, host, ports: allPorts, origin });
  }
  for (const { value: host } of addresses.length === 0 ? anywhere : addresses) {
    for (const { value, origin } of ports)
      add(sides.allow["net.connect"], { protocol: "tcp", host, ports: value, origin });
  }
}

function add(list: NetRule[], rule: Omit<NetRule, "text">): void {
  if (list.length >= maxRules) {
    throw new Malformed(
      `Expected at most ${maxRules} pairs of an address and a port. A network or a range covers many.`,
    );
  }
  list.push(Object.freeze({ ...rule, text: formatEndpoint(rule) }));
}
