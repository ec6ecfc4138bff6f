// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from "node:fs";
import { dirname } from "node:path";
import { CordonError, type Origin } from "@cordon/policy";
import { type AccessTree, isWithin } from "./access.ts";
import type { Link } from "./links.ts";

/** What a grant has come to, and the links that it has come by. */
export interface LedGrant {
  readonly path: string;
  readonly via: readonly Link[];
  readonly origin: Origin;
}

const ROOT = 0;

function refuse({ origin, path: real }: LedGrant, { path }: Link, why: string): never {
  throw new CordonError("ERR_GRANT_LINK", { origin, path, real, why }, { resource: path });
}

/**
 * Refuses a grant that leads through a link that lies where the program may write: an earlier run may have laid it, to
 * whatever the next run is to be granted. What another grant of the same kind covers is no more by it.
 *
 * @param grants those of one kind
 * @param tree what the program may do with files
 * @throws CordonError `ERR_GRANT_LINK`
 */
export function refuseOwnLinks(grants: readonly LedGrant[], tree: AccessTree): void {
  // Whoever may write everywhere is held back from nothing by a link.
  if (tree.at("/").write) return;
  const laid = ({ via }: LedGrant): Link | undefined => via.find((link) => tree.at(dirname(link.path)).write);
  const trusted = grants.filter((grant) => laid(grant) === undefined);
  for (const grant of grants) {
    const link = laid(grant);
    if (link === undefined || trusted.some(({ path }) => isWithin(grant.path, path))) continue;
    refuse(grant, link, "in a directory that the program may write: an earlier run may have laid it");
  }
}

/**
 * Refuses a grant that a link which is not root's leads out of the directory that the link lies in. Programs of other
 * policies may have laid it, or whoever packed the project: nobody can tell it from the operator's own, for a cell of an
 * ordinary user's makes files of that user's.
 *
 * @throws CordonError `ERR_GRANT_LINK`
 */
export function refuseForeignLinks(grants: readonly LedGrant[]): void {
  for (const grant of grants) {
    const link = grant.via.find(
      // One that has gone since is nobody's.
      ({ path }) =>
        !isWithin(grant.path, dirname(path)) && lstatSync(path, { throwIfNoEntry: false })?.uid !== ROOT,
    );
    if (link !== undefined) refuse(grant, link, "out of its directory, and anybody may have laid it");
  }
}
