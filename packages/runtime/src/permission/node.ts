// SPDX-License-Identifier: Apache-2.0
import { apply, get } from "../pristine.ts";

type Method = ((scope: string, reference?: string) => unknown) | undefined;

const permission: unknown = get(process, "permission");

/** `process.permission` as Node made it; undefined on a Node that runs without its permission model. */
export const nodePermission: object | undefined =
  typeof permission === "object" && permission !== null ? permission : undefined;

// As they were before we put ours in their place.
const has = method("has");
const drop = method("drop");

function method(name: string): Method {
  const value: unknown = nodePermission === undefined ? undefined : get(nodePermission, name);
  return typeof value === "function" ? (value as Method) : undefined;
}

/** Whether Node can give anything up, and tells of it on its channels. */
export const nodeDrops: boolean = drop !== undefined;

/** Whether Node has an answer of its own. */
export const nodeDecides: boolean = has !== undefined;

/** What Node's own permission model says: it grants more than the policy, the program's own files among it. */
export function nodeGrants(scope: string, reference: string): boolean {
  return has !== undefined && apply(has, nodePermission, [scope, reference]) === true;
}

/** Gives a whole scope up in Node's own permission model, where it can (24.20, 26.3 and later), for this thread. */
export function dropInNode(scope: string): void {
  if (drop !== undefined) apply(drop, nodePermission, [scope]);
}
