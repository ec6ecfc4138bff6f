// SPDX-License-Identifier: Apache-2.0
import { CordonError, type Policy, type WallName } from "@cordon/policy";
import type { NodeFacts } from "./probe.ts";
import { isVersion } from "./version.ts";

// Since when a module that is imported can be refused without a thread of its own (module.registerHooks).
const HOOKS = ["22.15.0", "23.5.0"] as const;

/**
 * Built-in modules are the runtime's alone to refuse: the kernel knows nothing of them.
 *
 * @throws CordonError `ERR_POLICY_INVALID` for a name that is no built-in module's, `ERR_NOT_ENFORCEABLE` where nothing holds it
 */
export function requireHooks(
  { builtins: { deny } }: Policy,
  node: Pick<NodeFacts, "version">,
  walls: readonly WallName[],
): void {
  const [first] = deny;
  if (first === undefined) return;
  const { isBuiltin } = process.getBuiltinModule("node:module");
  const unknown = deny.find(({ name }) => !isBuiltin(`node:${name}`));
  if (unknown !== undefined) {
    const problem = `Expected a built-in module of Node, got \`${unknown.name}\`.`;
    throw new CordonError("ERR_POLICY_INVALID", { where: unknown.origin, problem });
  }
  const what = "denying a built-in module";
  if (!walls.includes("runtime"))
    throw new CordonError("ERR_NOT_ENFORCEABLE", {
      origin: first.origin,
      what: `${what} without the runtime's wall`,
    });
  if (!isVersion(node.version, HOOKS)) {
    throw new CordonError(
      "ERR_NOT_ENFORCEABLE",
      { origin: first.origin, what: `${what} under Node ${node.version}` },
      {
        remedy: "Use Node 22.15 or newer, or withhold what the module needs: `run`, `net.connect`, `worker`.",
      },
    );
  }
}
