// SPDX-License-Identifier: Apache-2.0
import { CordonError, type NetRule, type Policy, type WallName } from "@cordon/policy";
import { type NodeFacts, knowsInspectorGrant } from "./node/index.ts";

/** Where a debugger reaches the program: on the host's loopback, and nowhere else. */
export interface Inspect {
  readonly host: "127.0.0.1" | "::1";
  /** 0 is any that is free; Node says which on stderr. */
  readonly port: number;
  /** Whether the program waits for a debugger before its first line (`--inspect-brk`). */
  readonly wait: boolean;
}

/** Where Node's inspector listens when nobody says otherwise: `inspector.open()`, SIGUSR1. */
export const usualInspector: Inspect = Object.freeze({ host: "127.0.0.1", port: 9229, wait: false });

/**
 * The policy with the one port that a granted inspector may listen on. A denial of that port still holds, as specific as
 * it is.
 */
export function withInspectorPort(policy: Policy, mode: "run" | "serve", inspect?: Inspect): Policy {
  if (!policy.inspector || mode === "serve") return policy;
  const { host, port } = inspect ?? usualInspector;
  const family = host === "::1" ? 6 : 4;
  const rule: NetRule = {
    protocol: "tcp",
    host: { kind: "cidr", address: host, prefix: family === 6 ? 128 : 32, family },
    ports: { from: port, to: port },
    text: `tcp://${family === 6 ? `[${host}]` : host}:${port}`,
    origin: inspect === undefined ? "--allow-inspector" : "--inspect",
  };
  const { allow, deny } = policy["net.listen"];
  return { ...policy, "net.listen": { allow: [...allow, rule], deny } };
}

/**
 * Node's own flag for it.
 *
 * @throws CordonError `ERR_NOT_ENFORCEABLE` where the grant is missing, or the debugger would not be reached
 */
export function inspectFlags(
  policy: Policy,
  node: Pick<NodeFacts, "version">,
  walls: readonly WallName[],
  { mode, inspect }: { readonly mode: "run" | "serve"; readonly inspect?: Inspect },
): string[] {
  if (inspect === undefined) return [];
  const refuse = (what: string, remedy: string): never => {
    throw new CordonError(
      "ERR_NOT_ENFORCEABLE",
      { origin: "--inspect", what },
      { scope: "inspector", remedy },
    );
  };
  if (mode === "serve")
    refuse("a debugger of an app, which has a network of its own,", "Debug it with `cordon run`.");
  if (!policy.inspector)
    refuse("a debugger that the policy denies or does not grant", "Grant it with --allow-inspector.");
  if (!walls.includes("filters"))
    refuse("a debugger's port without the filters' wall, whose broker opens it", "Keep the filters' wall.");
  if (walls.includes("runtime") && !knowsInspectorGrant(node.version))
    refuse(
      `a debugger under the permission model of Node ${node.version}, which has no --allow-inspector,`,
      "Run the program on Node 24.12 or newer.",
    );
  const { host, port, wait } = inspect;
  return [`--inspect${wait ? "-brk" : ""}=${host === "::1" ? "[::1]" : host}:${port}`];
}
