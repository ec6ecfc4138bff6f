// SPDX-License-Identifier: Apache-2.0
import type { AccessRequest, Policy, Scope } from "@cordon/policy";
import { denialOf, markDenied, type ToldDenial } from "./denial.ts";
import { toAbsolutePath } from "./fs/paths.ts";
import { NODE_NAMES } from "./node-words.ts";
import { get, withOwnBuiltins } from "./pristine.ts";

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
}

/** Completes an error of connecting, binding, listening or sending. */
export function explainNetworkError(policy: Policy, use: NetworkUse, error: unknown): void {
  if (!(error instanceof Error) || field(error, "grant") !== undefined) return;
  for (const part of partsOf(error)) {
    const request = networkRequest(part, use);
    if (request !== undefined) mark(part, denialOf(policy, request));
  }
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
  const { protocol } = use;
  return withOwnBuiltins(() => {
    if (typeof hostname === "string" && LOOKUP_REFUSALS.includes(code)) {
      return { scope: "net.connect", protocol, address: hostname };
    }
    if (!NETWORK_REFUSALS.includes(code)) return undefined;
    const scope = syscall === "listen" || syscall === "bind" ? "net.listen" : use.scope;
    if (typeof address === "string" && typeof port === "number" && port > 0)
      return { scope, protocol, address, port };
    // A unix socket's address is its path.
    if (typeof address === "string" && address.startsWith("/")) return { scope: "net.unix", path: address };
    // Node's own refusal does not say of what; with nothing granted at all, any address stands for it.
    return code === "ERR_ACCESS_DENIED" ? { scope, protocol, address: "0.0.0.0" } : undefined;
  });
}

/** Completes an error of starting a program. */
export function explainSpawnError(policy: Policy, error: unknown, program: unknown): void {
  if (!(error instanceof Error)) return;
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
