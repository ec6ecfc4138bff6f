// SPDX-License-Identifier: Apache-2.0
import type { AccessRequest, Policy, Scope } from "@cordon/policy";
import { denialOf, explainAs, markDenied, type ToldDenial } from "./denial.ts";
import { toAbsolutePath } from "./fs/paths.ts";
import { explainLimit } from "./limits.ts";
import { NODE_NAMES } from "./node-words.ts";
import { get, withOwnBuiltins } from "./pristine.ts";
import { reportNamedPort } from "./report.ts";

const NETWORK_REFUSALS: readonly unknown[] = [
  "EACCES",
  "EPERM",
  "ENETUNREACH",
  "ENOSYS",
  "ERR_ACCESS_DENIED",
];
const LOOKUP_REFUSALS: readonly unknown[] = [
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EREFUSED",
  "ECONNREFUSED",
];
const SPAWN_REFUSALS: readonly unknown[] = [
  "EACCES",
  "EPERM",
  "ENOENT",
  "ENOSYS",
  "EAGAIN",
  "ERR_ACCESS_DENIED",
];

/**
 * Completes one of Node's own refusals (`ERR_ACCESS_DENIED`, from `--permission`) with our scope, our grant and a
 * message that names it. Any other value is left alone.
 */
export function explainNodeRefusal(policy: Policy, error: unknown): void {
  if (!(error instanceof Error) || field(error, "code") !== "ERR_ACCESS_DENIED") return;
  if (field(error, "grant") !== undefined) return;
  const request = requestOf(field(error, "permission"), field(error, "resource"));
  const denial = request === undefined ? undefined : denialOf(policy, request);
  if (denial !== undefined) markDenied(error, { ...denial, ...asNodeSaid(error) });
}

function asNodeSaid(error: Error): Pick<ToldDenial, "named" | "byNode"> {
  const resource = field(error, "resource");
  return typeof resource === "string" ? { named: resource, byNode: true } : { byNode: true };
}

function requestOf(permission: unknown, resource: unknown): AccessRequest | undefined {
  const scope = withOwnBuiltins(() =>
    (Object.keys(NODE_NAMES) as Scope[]).find((name) => NODE_NAMES[name] === permission),
  );
  const text = typeof resource === "string" ? resource : "";
  switch (scope) {
    case "fs.read":
    case "fs.write":
    case "addon":
      return text === "" ? undefined : { scope, path: toAbsolutePath(text) ?? text };
    case "run":
      return { scope, program: text === "" ? "*" : text };
    case "worker":
    case "wasi":
    case "inspector":
    case "ffi":
      return { scope };
    default:
      return undefined;
  }
}

/** What an error of the network was about, as far as the error itself does not say. */
export interface NetworkUse {
  readonly scope: "net.connect" | "net.listen";
  readonly protocol: "tcp" | "udp";
  /** What the program asked to be connected to: a name perhaps, of which the kernel hears only an address. */
  readonly target?: { readonly host: string; readonly port: number };
}

/** Completes an error of connecting, binding, listening, sending or looking up. */
export function explainNetworkError(policy: Policy, use: NetworkUse, error: unknown): void {
  if (!(error instanceof Error)) return;
  for (const part of partsOf(error)) explainLimit(part);
  if (field(error, "grant") !== undefined) {
    addPort(policy, use, error);
    return;
  }
  let first: ToldDenial | undefined;
  for (const part of partsOf(error)) {
    const request = networkRequest(part, use);
    const denial = request === undefined ? undefined : byName(request, denialOf(policy, request));
    if (denial !== undefined && isLookup(part, use)) reportNamedPort(denial);
    // Of several addresses that were tried the error as a whole has the code of one, and no address.
    mark(part, part === error && request === undefined ? first : denial);
    first ??= denial;
  }
}

/** What was connected to by a name is refused by that name: it is what the program knows, and what a grant would say. */
function byName(request: AccessRequest, denial: ToldDenial | undefined): ToldDenial | undefined {
  if (denial === undefined || request.scope !== "net.connect" || request.name === undefined) return denial;
  return { ...denial, resource: `${request.protocol}://${request.name}:${request.port}` };
}

/** Whether it is the name that was to be connected to that could not be looked up. */
function isLookup(error: Error, { target }: NetworkUse): boolean {
  return target !== undefined && field(error, "hostname") === target.host;
}

/** `node:dns` has told the refusal of a name before `node:net` had its say, which knows the port too. */
function addPort(policy: Policy, use: NetworkUse, error: Error): void {
  const { scope, protocol, target } = use;
  if (target === undefined || !isLookup(error, use)) return;
  const denial = denialOf(policy, { scope, protocol, address: target.host, port: target.port });
  if (denial === undefined || denial.resource === field(error, "resource")) return;
  explainAs(error, denial);
  reportNamedPort(denial);
}

/** `net.connect` tries several addresses and fails with an AggregateError; it has the code of the first. */
function partsOf(error: Error): readonly Error[] {
  const parts = field(error, "errors");
  return withOwnBuiltins(() => [
    ...(Array.isArray(parts) ? parts.filter((part) => part instanceof Error) : []),
    error,
  ]);
}

function networkRequest(error: Error, use: NetworkUse): AccessRequest | undefined {
  const code = field(error, "code");
  const syscall = field(error, "syscall");
  const address = field(error, "address");
  const port = field(error, "port");
  const hostname = field(error, "hostname");
  const { protocol, target } = use;
  return withOwnBuiltins(() => {
    if (typeof hostname === "string" && LOOKUP_REFUSALS.includes(code)) {
      const known = target?.host === hostname ? { port: target.port } : {};
      return { scope: "net.connect", protocol, address: hostname, ...known };
    }
    if (!NETWORK_REFUSALS.includes(code)) return undefined;
    const scope = syscall === "listen" || syscall === "bind" ? "net.listen" : use.scope;
    if (typeof address === "string" && typeof port === "number" && port > 0)
      return {
        scope,
        protocol,
        address,
        port,
        ...(target === undefined || target.host === address ? {} : { name: target.host }),
      };
    // A unix socket's address is its path.
    if (typeof address === "string" && address.startsWith("/")) return { scope: "net.unix", path: address };
    // Node's own refusal does not say of what; with nothing granted at all, any address stands for it.
    return code === "ERR_ACCESS_DENIED" ? { scope, protocol, address: "0.0.0.0" } : undefined;
  });
}

/** Completes an error of starting a program. */
export function explainSpawnError(policy: Policy, error: unknown, program: unknown): void {
  if (!(error instanceof Error)) return;
  explainLimit(error);
  const code = field(error, "code");
  if (!withOwnBuiltins(() => SPAWN_REFUSALS.includes(code))) return;
  const file = typeof program === "string" ? program : field(error, "path");
  if (typeof file === "string") mark(error, denialOf(policy, { scope: "run", program: file }));
}

function mark(error: Error, denial: ToldDenial | undefined): void {
  if (denial !== undefined) markDenied(error, denial);
}

function field(error: object, name: string): unknown {
  return get(error, name);
}
