// SPDX-License-Identifier: Apache-2.0
import { parseAddress } from "../addresses.ts";
import { isPublic } from "../public-ranges.ts";
import type { Learnt, LearnFacts, LearntRule, LearntUse } from "./types.ts";

interface Endpoint {
  readonly protocol: "tcp" | "udp";
  readonly host: string;
  readonly port: number;
}

// The kernel's own choice for a port that is not named (ip_local_port_range, its default).
const ANY_PORT = "32768-60999";
const EPHEMERAL = 32_768;
const UNSPECIFIED = ["0.0.0.0", "::"];
const LOOPBACK = /^(?:127\.|::1$)/;

function endpointOf(text: string): Endpoint | undefined {
  const [, protocol, six, four, port] = /^(tcp|udp):\/\/(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  if (protocol === undefined) return undefined;
  return { protocol: protocol === "udp" ? "udp" : "tcp", host: six ?? four ?? "", port: Number(port) };
}

const withPort = ({ protocol }: Endpoint, host: string, port: string): string =>
  `${protocol === "udp" ? "udp://" : ""}${host.includes(":") ? `[${host}]` : host}:${port}`;

/** The rules of `net.listen` and `net.connect`: names where a name was looked up. */
export function learnNetwork(uses: readonly LearntUse[], facts: LearnFacts): readonly LearntRule[] {
  const of = (kind: string): readonly Endpoint[] =>
    uses.filter(({ use }) => use === kind).flatMap(({ resource }) => endpointOf(resource) ?? []);
  const listened = of("listen");
  const connected = of("connect");
  const rules = new Map<string, LearntRule>();
  const add = (scope: "net.connect" | "net.listen", value: string, reason: string): void => {
    const key = `${scope} ${value}`;
    if (!rules.has(key)) rules.set(key, { scope, value, optional: false, reason });
  };
  for (const end of listened) {
    const value = UNSPECIFIED.includes(end.host)
      ? `${end.protocol === "udp" ? "udp://*:" : ""}${end.port}`
      : withPort(end, end.host, String(end.port));
    add("net.listen", value, end.port === 0 ? "listens on any free port" : "listens");
  }
  const picksPort = listened.some(({ port }) => port === 0);
  for (const end of connected) {
    const isOwnPort = picksPort && LOOPBACK.test(end.host) && end.port >= EPHEMERAL;
    const port = isOwnPort ? ANY_PORT : String(end.port);
    for (const [host, reason] of hostsOf(end.host, facts))
      add("net.connect", withPort(end, host, port), isOwnPort ? "connects to a port of its own" : reason);
  }
  return [...rules.values()];
}

/** How to name the other side. A name reaches public addresses alone, so a private one is granted beside its name. */
function hostsOf(address: string, facts: LearnFacts): readonly (readonly [host: string, reason: string])[] {
  const names = facts.namesOf(address);
  if (names.includes("localhost")) return [["localhost", "connects"]];
  const parsed = parseAddress(address);
  const byName = names.map((name) => [name, `connects (${address})`] as const);
  if (names.length > 0 && parsed !== undefined && isPublic(parsed)) return byName;
  const reason = names.length === 0 ? "connects" : `connects, as ${names.join(", ")}: not a public address`;
  return [...byName, [address, reason]];
}

/** The rules of `net.unix`; a socket that is not there is none. */
export function learnSockets(uses: readonly LearntUse[], facts: LearnFacts): Learnt {
  const sockets = new Map(
    uses.filter(({ use }) => use === "unix").map(({ resource, kind }) => [resource, kind] as const),
  );
  const named = [...sockets].filter(([path]) => path.startsWith("/") && !NAME_SERVICES.has(path));
  return {
    rules: named
      .filter(([path, kind]) => kind === "bind" || facts.kindOf(path) !== "none")
      .map(([path, kind]) => ({
        scope: "net.unix",
        value: path,
        optional: kind === "bind",
        reason: kind === "bind" ? "listens" : "connects",
      })),
    notes: [...sockets.keys()]
      .filter((path) => path.startsWith("@"))
      .map((path) => `The abstract socket ${path} has no path that could be granted.`),
  };
}

// The C library asks these first, and goes on without.
const NAME_SERVICES = new Set(["/var/run/nscd/socket", "/run/nscd/socket"]);
