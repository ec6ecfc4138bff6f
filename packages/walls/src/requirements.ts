// SPDX-License-Identifier: Apache-2.0
import { CordonError, type Policy, type WallName } from "@cordon/policy";
import type { Host, PropertyName } from "./host/index.ts";
import type { Program } from "./resolve.ts";

// What no cell can do without, and what the filters' wall is made of, among the host's properties.
const STARTING: readonly PropertyName[] = ["jail", "kernel", "architecture"];
const FILTERING: readonly PropertyName[] = ["landlock", "seccomp", "broker"];

const refuse = (wall: WallName, cause: string, remedy: string): never => {
  throw new CordonError("ERR_WALL_UNAVAILABLE", { wall, cause }, { remedy });
};

/**
 * Fewer walls than asked for is a refusal, never a start.
 *
 * @throws CordonError `ERR_WALL_UNAVAILABLE` with the reason and the remedy that `cordon doctor` gives too
 * @throws CordonError `ERR_NOT_ENFORCEABLE` for a grant whose only way out is a wall that was taken away
 */
export function requireWalls(
  policy: Policy,
  host: Host,
  walls: readonly WallName[],
  mode: Program["mode"],
): void {
  if (walls.includes("namespaces") && !host.userNamespaces.ok) {
    refuse("namespaces", host.userNamespaces.cause, host.userNamespaces.remedy);
  }
  const needed = walls.includes("filters") ? [...STARTING, ...FILTERING] : STARTING;
  for (const property of host.properties) {
    if (property.level !== "none" || !needed.includes(property.name)) continue;
    refuse(
      FILTERING.includes(property.name) ? "filters" : "namespaces",
      `${property.name}: ${property.by}`,
      property.remedy ?? "",
    );
  }
  // Its processes are found by their parents then, and ended one by one.
  if (!walls.includes("namespaces") && !host.proc.children) {
    refuse(
      "filters",
      "/proc does not list children, by which a cell without a pid namespace is ended",
      "Keep the namespaces' wall, or boot a kernel with CONFIG_PROC_CHILDREN.",
    );
  }
  const isConnected =
    policy["net.connect"].allow.length + policy["net.listen"].allow.length + policy["net.unix"].allow.length >
      0 || mode === "serve";
  if (isConnected) requireBroker(host, walls);
  if (mode === "serve" && !walls.includes("namespaces")) {
    throw new CordonError(
      "ERR_NOT_ENFORCEABLE",
      {
        origin: "--walls",
        what: "an app that is served without the namespaces' wall, and so without a network of its own to listen in,",
      },
      { remedy: "Keep the namespaces' wall for what is served." },
    );
  }
}

function requireBroker(host: Host, walls: readonly WallName[]): void {
  if (!walls.includes("filters")) {
    throw new CordonError("ERR_NOT_ENFORCEABLE", {
      origin: "--walls",
      what: "a network grant without the filters' wall, whose broker is the only way out",
    });
  }
  if (host.seccomp.descriptors) return;
  const sockets = host.properties.find(({ name }) => name === "sockets");
  refuse(
    "filters",
    `a network grant needs sockets: ${sockets?.by ?? "pidfd_getfd is refused"}`,
    sockets?.remedy ?? "",
  );
}
