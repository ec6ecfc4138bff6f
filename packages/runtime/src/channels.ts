// SPDX-License-Identifier: Apache-2.0
import type { Scope } from "@cordon/policy";
import type { ToldDenial } from "./denial.ts";
import { permissionOf } from "./node-words.ts";
import { apply } from "./pristine.ts";

/** The channel on which a program hears of everything that it is refused. */
export const DENIED_CHANNEL = "cordon:denied";

/** A message on `cordon:denied`. */
export interface DeniedMessage {
  readonly scope: Scope;
  readonly resource: string;
  /** The flag that would allow it; empty where none would. */
  readonly grant: string;
  /** Node's name of the permission, or ours where Node has none. */
  readonly permission: string;
  /** Where the program asked. */
  readonly stack: string;
}

// Node's channels, one for each of its own scopes.
const NODE_CHANNELS: Readonly<Partial<Record<Scope, string>>> = {
  "fs.read": "fs",
  "fs.write": "fs",
  "net.connect": "net",
  "net.listen": "net",
  "net.unix": "net",
  run: "child",
  worker: "worker",
  addon: "addon",
  wasi: "wasi",
  inspector: "inspector",
  ffi: "ffi",
};

// Node loads it for itself at every start. Its functions are read once: a program that replaces them later hears less.
const { channel } = require("node:diagnostics_channel") as typeof import("node:diagnostics_channel");
let isPublishing = false;

/** Tells who has subscribed in the program of a refusal. Costs two look-ups where nobody has. */
export function publishDenial(denial: ToldDenial, error: Error): void {
  // A subscriber that is refused something itself would hear of that, and so on.
  if (isPublishing) return;
  const { scope, resource, grant } = denial;
  const permission = permissionOf(denial);
  const named = denial.named ?? resource;
  const nodes = NODE_CHANNELS[scope];
  isPublishing = true;
  try {
    if (nodes !== undefined) {
      const message = { permission, resource: named, drop: undefined };
      const told = denial.byNode === true;
      publish(`node:permission-model:${nodes}`, () => (told && nodePublishes() ? undefined : message));
    }
    publish(DENIED_CHANNEL, (): DeniedMessage => {
      return { scope, resource, grant, permission, stack: error.stack ?? "" };
    });
  } finally {
    isPublishing = false;
  }
}

// By what a scope may be called at run time. The objects are kept: of a channel that somebody holds there is but one.
const askedChannels: Record<string, { readonly hasSubscribers: boolean } | undefined> = Object.create(null);
const RUN_TIME_NAMES: Readonly<Record<string, string>> = Object.assign(Object.create(null), NODE_CHANNELS, {
  fs: "fs",
  "fs.in": "fs",
  "fs.out": "fs",
  net: "net",
  child: "child",
});

/** Whether anybody would hear that the answer is no. Asked each time: it must cost next to nothing. */
export function isAskedHeard(name: string): boolean {
  const nodes = RUN_TIME_NAMES[name];
  if (nodes === undefined) return false;
  const known = (askedChannels[nodes] ??= apply(channel, undefined, [`node:permission-model:${nodes}`]));
  return known.hasSubscribers;
}

/** Tells who has subscribed that the program has asked and got no: as Node does, on Node's channel alone. */
export function publishAsked(
  name: string,
  scope: Scope,
  reference: string | undefined,
  byNode: boolean,
): void {
  publishOnNodes(name, scope, reference, byNode, undefined);
}

/** Tells who has subscribed what was given up: as Node does, on Node's channel alone. */
export function publishDrop(
  name: string,
  scope: Scope,
  reference: string | undefined,
  byNode: boolean,
): void {
  publishOnNodes(name, scope, reference, byNode, true);
}

function publishOnNodes(
  name: string,
  scope: Scope,
  reference: string | undefined,
  byNode: boolean,
  drop: true | undefined,
): void {
  const nodes = NODE_CHANNELS[scope];
  if (nodes === undefined || isPublishing) return;
  isPublishing = true;
  try {
    const permission = name === "fs" ? "FileSystem" : permissionOf({ scope });
    const message = { permission, resource: reference ?? "", drop };
    publish(`node:permission-model:${nodes}`, () => (byNode && nodePublishes() ? undefined : message));
  } finally {
    isPublishing = false;
  }
}

function publish(name: string, makeMessage: () => object | undefined): void {
  const to = apply(channel, undefined, [name]);
  const message = to.hasSubscribers ? makeMessage() : undefined;
  if (message !== undefined) to.publish(message);
}

/** Its channels came with its audit: 25.8, and 24 later on. */
function nodePublishes(): boolean {
  return process.allowedNodeEnvironmentFlags.has("--permission-audit");
}
