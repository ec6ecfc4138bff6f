// SPDX-License-Identifier: Apache-2.0
import { parseAddress, parseCidr } from "./addresses.ts";
import { CordonError } from "./errors.ts";
import { systemName, systemNames } from "./name-values.ts";
import { didYouMean } from "./nearest.ts";
import { normalisePath } from "./paths.ts";
import { allScopes, isScope, scopeTable } from "./scopes.ts";
import type { AccessRequest, NetScope, Protocol, Scope } from "./types.ts";
import { checkText, expected, Malformed } from "./values.ts";

/** What a path is, as far as a question wants to know. */
export type PathKind = "directory" | "file" | "program" | "socket";

/** What is there where a question is asked: it tells a file's name from a host's and a program's. */
export interface Surroundings {
  readonly directory: string;
  kindOf(path: string): PathKind | undefined;
  findsProgram(name: string): boolean;
  hasVariable(name: string): boolean;
}

/**
 * Reads a question such as `./.env`, `api.example.com:443`, `run:git` or `env:HOME`. With a scope (or what its flag is
 * called) and a colon in front it asks about that scope; without, about each scope that fits.
 *
 * @example
 * readQuestion("env:HOME", around); // [{ scope: "env", name: "HOME" }]
 * @throws CordonError ERR_QUESTION_INVALID
 */
export function readQuestion(text: string, around: Surroundings): readonly AccessRequest[] {
  try {
    checkText(text, "a question");
    return requestsOf(text, around);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new CordonError("ERR_QUESTION_INVALID", { question: text.slice(0, 80), problem: error.message });
  }
}

function requestsOf(text: string, around: Surroundings): readonly AccessRequest[] {
  const named = scopeNamed(text);
  if (named === undefined) return guess(text, around);
  return [requestOf(named, text.slice(text.indexOf(":") + 1), text.includes(":"), around.directory)];
}

/** The scope in front of the colon, or the whole text where it is a scope without values. */
function scopeNamed(text: string): Scope | undefined {
  const colon = text.indexOf(":");
  if (text.startsWith("://", colon)) return undefined;
  const word = colon < 0 ? text : text.slice(0, colon);
  const scope = isScope(word) ? word : allScopes().find((each) => scopeTable[each].names.includes(word));
  if (scope === undefined) return undefined;
  return colon >= 0 || scopeTable[scope].kind === "switch" ? scope : undefined;
}

function requestOf(scope: Scope, value: string, hasColon: boolean, directory: string): AccessRequest {
  if (scope === "worker" || scope === "wasi" || scope === "ffi" || scope === "inspector") {
    if (hasColon) throw new Malformed(`Expected nothing after ${scope}, which is granted or not as a whole.`);
    return { scope };
  }
  checkText(value, `a value after ${scope}:`);
  switch (scope) {
    case "net.connect":
    case "net.listen":
      return endpoint(scope, value);
    case "env":
      if (/[=*\s]/.test(value)) throw expected("the name of one variable", value);
      return { scope, name: value };
    case "sys":
      return { scope, name: knownSystemName(value) };
    case "run":
      if (value.includes("*")) throw expected("one program", value);
      return { scope, program: value.includes("/") ? normalisePath(value, directory) : value };
    default:
      return { scope, path: onePath(value, directory) };
  }
}

function onePath(text: string, directory: string): string {
  if (text === "~" || text.startsWith("~/")) {
    throw new Malformed(
      `Expected a path, got \`${text}\`: \`~\` is the shell's. Write the home directory out.`,
    );
  }
  return normalisePath(text, directory);
}

function knownSystemName(text: string): string {
  const name = systemName(text);
  if (name !== undefined) return name;
  throw new Malformed(
    `Expected one of ${systemNames.join(", ")}, got \`${text}\`.${didYouMean(text, systemNames)}`,
  );
}

const SCHEME_PORTS: ReadonlyMap<string, number> = new Map([
  ["http", 80],
  ["ws", 80],
  ["https", 443],
  ["wss", 443],
]);

function endpoint(scope: NetScope, text: string): AccessRequest {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  const isUrl = scheme !== undefined && SCHEME_PORTS.has(scheme);
  if (scheme !== undefined && !isUrl && scheme !== "tcp" && scheme !== "udp") {
    throw expected("`tcp://`, `udp://`, `http://`, `https://` or nothing before the host", text);
  }
  const rest = scheme === undefined ? text : text.slice(scheme.length + 3);
  const authority = isUrl ? (rest.split(/[/?#]/)[0] ?? "").replace(/^.*@/, "") : rest;
  const protocol: Protocol = scheme === "udp" ? "udp" : "tcp";
  const { host, port = isUrl ? SCHEME_PORTS.get(scheme) : undefined } = hostAndPort(scope, authority, text);
  return { scope, protocol, address: host, ...(port === undefined ? {} : { port }) };
}

function hostAndPort(
  scope: NetScope,
  text: string,
  whole: string,
): { host: string; port?: number | undefined } {
  if (scope === "net.listen" && /^:?\d+$/.test(text)) return { host: "0.0.0.0", port: portOf(text, whole) };
  if (parseAddress(text) !== undefined) return { host: text };
  const match = /^(?:\[([^\]]*)\]|([^:[\]]+))(?::(.*))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) throw expected("one host, such as `api.example.com:443` or `[::1]:80`", whole);
  if (parseAddress(host) === undefined && !isHostName(host)) {
    const remedy = parseCidr(host) === undefined ? "" : " Ask about one of its addresses.";
    throw new Malformed(`Expected one IP address or host name, got \`${whole}\`.${remedy}`);
  }
  return { host, port: match?.[3] === undefined ? undefined : portOf(match[3], whole) };
}

function portOf(text: string, whole: string): number {
  const digits = text.replace(/^:/, "");
  if (!/^\d{1,5}$/.test(digits) || Number(digits) > 65_535) throw expected("one port from 0 to 65535", whole);
  return Number(digits);
}

const LABELS =
  /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

function isHostName(text: string): boolean {
  // `10.1` and `0x7f.1` are addresses to some resolvers and names to others.
  return text.length <= 253 && LABELS.test(text) && !/(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i.test(text);
}

/** Where nobody says which scope is meant, all that fit are. */
function guess(text: string, around: Surroundings): readonly AccessRequest[] {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return [endpoint("net.connect", text)];
  if (/^:?\d+$/.test(text)) return [endpoint("net.listen", text)];
  const network = /^(.*?)(?::\d+)?$/.exec(text)?.[1] ?? text;
  if (parseCidr(network) !== undefined || /^[^/]+:\d+$/.test(text)) return guessHost(text);
  if (text.includes("/") || /^[.~]/.test(text)) return aboutPath(onePath(text, around.directory), around);
  const requests: AccessRequest[] = [];
  const path = normalisePath(text, around.directory);
  if (around.kindOf(path) !== undefined) requests.push(...aboutPath(path, around));
  if (around.findsProgram(text)) requests.push({ scope: "run", program: text });
  const system = systemName(text);
  if (system !== undefined) requests.push({ scope: "sys", name: system });
  if (around.hasVariable(text)) requests.push({ scope: "env", name: text });
  if (requests.length > 0) return requests;
  if (text.includes(".") && isHostName(text)) return guessHost(text);
  if (/^[A-Z][A-Z0-9_]*$/.test(text)) return [{ scope: "env", name: text }];
  if (text === "localhost") return guessHost(text);
  return [requestOf("run", text, true, around.directory)];
}

function guessHost(text: string): readonly AccessRequest[] {
  const connect = endpoint("net.connect", text);
  const isOwn = /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])(?::|$)/i.test(text);
  return isOwn ? [connect, endpoint("net.listen", text)] : [connect];
}

function aboutPath(path: string, around: Surroundings): readonly AccessRequest[] {
  const kind = around.kindOf(path);
  if (kind === "socket") return [{ scope: "net.unix", path }];
  const files: AccessRequest[] = [
    { scope: "fs.read", path },
    { scope: "fs.write", path },
  ];
  if (kind === "program") files.push({ scope: "run", program: path });
  if (/\.(?:node|so(?:\.\d+)*)$/.test(path)) files.push({ scope: "addon", path });
  return files;
}
