// SPDX-License-Identifier: Apache-2.0
import { formatAddress, formatCidr, networkOf, parseCidr } from "./addresses.ts";
import { allPorts, formatEndpoint } from "./endpoints.ts";
import type { HostPattern, NetRule, NetScope, PortRange, Protocol } from "./types.ts";
import { checkText, expected, Malformed } from "./values.ts";

const kinds = {
  "net.connect":
    "a host such as `example.com:443`, `*.example.com`, `10.0.0.0/8`, `[::1]:80`, `:443` or `public`",
  "net.listen": "a port such as `8080`, a range such as `3000-3010`, or `127.0.0.1:8080`",
} as const;

/**
 * Reads an endpoint. Without a protocol, an allow rule means TCP and a deny rule means both, so that what is
 * left unsaid never widens; `*` is everything, on both.
 */
export function parseEndpoints(
  scope: NetScope,
  text: string,
  effect: "allow" | "deny",
  origin: string,
): NetRule[] {
  checkText(text, kinds[scope]);
  if (text.startsWith("unix:")) {
    throw new Malformed(`Expected ${kinds[scope]}, got \`${text}\`. Write --allow-unix=${text.slice(5)}.`);
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
  const rest = text.slice(scheme?.[0].length ?? 0);
  const protocol = scheme === null ? undefined : parseProtocol(scheme[1] ?? "", text);
  const { host, ports } = parseHostAndPorts(scope, rest, text);
  const isEverything = host.kind === "any" && ports === allPorts;
  const both: Protocol[] = effect === "deny" || isEverything ? ["tcp", "udp"] : ["tcp"];
  return (protocol === undefined ? both : [protocol]).map((each) => {
    const endpoint = { protocol: each, host, ports };
    return Object.freeze({ ...endpoint, text: formatEndpoint(endpoint), origin });
  });
}

function parseProtocol(scheme: string, text: string): Protocol {
  const protocol = scheme.toLowerCase();
  if (protocol !== "tcp" && protocol !== "udp") throw notAnUrl(protocol, text);
  return protocol;
}

const schemePorts: ReadonlyMap<string, string> = new Map([
  ["http", ":80"],
  ["ws", ":80"],
  ["https", ":443"],
  ["wss", ":443"],
]);

function notAnUrl(protocol: string, text: string): Malformed {
  const port = schemePorts.get(protocol);
  const host = /^[^:]+:\/\/([^/?#@]+)/.exec(text)?.[1];
  const remedy =
    port === undefined || host === undefined ? "" : ` Write ${/:\d+$/.test(host) ? host : host + port}.`;
  return new Malformed(
    `Expected \`tcp://\`, \`udp://\` or nothing before the host, got \`${text}\`.${remedy}`,
  );
}

function parseHostAndPorts(
  scope: NetScope,
  rest: string,
  text: string,
): { host: HostPattern; ports: PortRange } {
  if (scope === "net.listen" && /^\d+(-\d+)?$/.test(rest)) {
    return { host: anyHost, ports: parsePorts(rest) };
  }
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(rest);
  const isBareSix = bracketed === null && rest.split(":").length > 2;
  const colon = isBareSix ? -1 : rest.lastIndexOf(":");
  const hostText = bracketed?.[1] ?? (colon < 0 ? rest : rest.slice(0, colon));
  const portText = bracketed === null ? (colon < 0 ? undefined : rest.slice(colon + 1)) : bracketed[2];
  if (bracketed !== null && !hostText.includes(":")) throw expected("an IPv6 address in brackets", text);
  const ports = portText === undefined ? allPorts : parsePorts(portText);
  const host = hostText === "" && colon === 0 ? anyHost : parseHost(scope, hostText, text);
  return { host, ports };
}

const anyHost: HostPattern = Object.freeze({ kind: "any" });

function parsePorts(text: string): PortRange {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  // Port 0 asks the kernel for any free port when listening; nothing answers there to a connection.
  if (match === null || from > to || to > 65_535) {
    throw expected("a port from 0 to 65535 or a range such as `3000-3010`", text);
  }
  return from === 0 && to === 65_535 ? allPorts : Object.freeze({ from, to });
}

function parseHost(scope: NetScope, text: string, whole: string): HostPattern {
  if (text === "*") return anyHost;
  const cidr = parseCidr(text);
  if (cidr !== undefined) {
    const network = networkOf(cidr);
    if (network.value !== cidr.value) {
      throw new Malformed(
        `Expected a network with no bits set behind its prefix, got \`${text}\`. Write ${formatCidr(network)}, or ${formatAddress(cidr)} for that one address.`,
      );
    }
    const { family, prefix } = cidr;
    return Object.freeze({ kind: "cidr", address: formatAddress(cidr), prefix, family });
  }
  const name = parseHostName(text, whole, kinds[scope]);
  if (scope === "net.listen" && (name.kind !== "name" || name.name !== "localhost")) {
    throw expected(kinds[scope], whole);
  }
  return name;
}

function parseHostName(text: string, whole: string, kind: string): HostPattern {
  if (text.toLowerCase() === "public") return Object.freeze({ kind: "public" });
  const isSuffix = text.startsWith("*.");
  const name = (isSuffix ? text.slice(2) : text).toLowerCase().replace(/\.$/, "");
  if (/[^\0-\x7f]/.test(name)) {
    throw new Malformed(`Expected a host name in ASCII, got \`${whole}\`. Write its xn-- form.`);
  }
  const labels = name.split(".");
  const isName =
    name.length <= 253 && labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  if (!isName) throw expected(kind, whole);
  // `127.1`, `0x7f.1` and `2130706433` are addresses to some resolvers and names to others.
  if (/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) {
    const port = /^\d+$/.test(name) ? ` For a port, write :${name}.` : "";
    throw new Malformed(`Expected an IP address in full, or a host name, got \`${whole}\`.${port}`);
  }
  return Object.freeze(isSuffix ? { kind: "suffix", suffix: name } : { kind: "name", name });
}
