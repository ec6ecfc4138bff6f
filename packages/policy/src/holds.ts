// SPDX-License-Identifier: Apache-2.0
import { decide } from "./decide.ts";
import { allPorts } from "./endpoints.ts";
import { parseEndpoints } from "./net-values.ts";
import { normalisePath } from "./paths.ts";
import { listScopes, switchScopes } from "./scope-names.ts";
import type { NetRule, NetScope, Policy, Scope } from "./types.ts";
import { Malformed } from "./values.ts";

const SCOPES: readonly Scope[] = [...listScopes, ...switchScopes];

/**
 * The scopes that a name at run time stands for: ours, Node's (`fs`, `child`, `net`), those of the earlier proposals
 * (`fs.in`, `fs.out`).
 *
 * @returns none for a name that nobody knows
 */
export function scopesNamed(name: string): readonly Scope[] {
  switch (name) {
    case "fs":
      return ["fs.read", "fs.write"];
    case "fs.in":
      return ["fs.read"];
    case "fs.out":
      return ["fs.write"];
    case "child":
      return ["run"];
    case "net":
      return ["net.connect", "net.listen", "net.unix"];
    default:
      return SCOPES.filter((scope) => scope === name);
  }
}

/** The scopes about which Node knows no more than whether the flag is there. */
export function isSwitchOfNode(name: string): boolean {
  return name === "child" || name === "net" || name === "addon";
}

/** Whether anything of a scope is granted. */
export function holdsSome(policy: Policy, scope: Scope): boolean {
  const rules = policy[scope];
  return typeof rules === "boolean" ? rules : rules.allow.length > 0;
}

/** Whether all of a scope is granted. */
export function holdsAll(policy: Policy, scope: Scope): boolean {
  switch (scope) {
    case "fs.read":
    case "fs.write":
    case "net.unix":
    case "addon":
      return policy[scope].deny.length === 0 && policy[scope].allow.some(({ path }) => path === "/");
    case "net.connect":
    case "net.listen":
      return policy[scope].deny.length === 0 && policy[scope].allow.some(isEverything);
    case "env":
    case "sys":
      return policy[scope].deny.length === 0 && policy[scope].allow.some(({ pattern }) => pattern === "*");
    case "run":
      return policy.run.deny.length === 0 && policy.run.allow.some(({ program }) => program === "*");
    default:
      return policy[scope];
  }
}

function isEverything({ host, ports }: NetRule): boolean {
  return host.kind === "any" && ports.from === allPorts.from && ports.to === allPorts.to;
}

/**
 * Whether a scope is granted for one reference. What no rule could name is not granted.
 *
 * @param directory where a relative path starts
 */
export function holds(policy: Policy, scope: Scope, reference: string, directory: string): boolean {
  switch (scope) {
    case "fs.read":
    case "fs.write":
    case "net.unix":
    case "addon":
      if (reference === "*") return holdsAll(policy, scope);
      return decide(policy, { scope, path: normalisePath(reference, directory) }).granted;
    case "net.connect":
    case "net.listen":
      return holdsEndpoint(policy, scope, reference);
    case "env":
    case "sys":
      if (reference === "*") return holdsAll(policy, scope);
      return decide(policy, { scope, name: reference }).granted;
    case "run": {
      if (reference === "*") return holdsAll(policy, scope);
      const program = reference.includes("/") ? normalisePath(reference, directory) : reference;
      return decide(policy, { scope, program }).granted;
    }
    default:
      return policy[scope];
  }
}

function holdsEndpoint(policy: Policy, scope: NetScope, reference: string): boolean {
  const rule = endpointOf(scope, reference);
  if (rule === undefined) return false;
  const { host, ports, protocol, text } = rule;
  const port = ports.from === ports.to ? { port: ports.from } : {};
  const isWhole = ports.from === allPorts.from && ports.to === allPorts.to;
  if (ports.from === ports.to || isWhole) {
    if (host.kind === "name") return decide(policy, { scope, protocol, address: host.name, ...port }).granted;
    const isOne = host.kind === "cidr" && host.prefix === (host.family === 4 ? 32 : 128);
    if (isOne) return decide(policy, { scope, protocol, address: host.address, ...port }).granted;
    if (host.kind === "any" && scope === "net.listen") {
      return decide(policy, { scope, protocol, address: "0.0.0.0", ...port }).granted;
    }
  }
  // Many endpoints at once: granted where one rule says so and nothing speaks against any.
  const { allow, deny } = policy[scope];
  return deny.length === 0 && allow.some((each) => each.text === text || isEverything(each));
}

function endpointOf(scope: NetScope, reference: string): NetRule | undefined {
  try {
    return parseEndpoints(scope, reference, "allow", "")[0];
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}
