// SPDX-License-Identifier: Apache-2.0
import { isReservedVariable, reservedReason } from "./environment.ts";
import { didYouMean } from "./nearest.ts";
import { checkText, expected, Malformed } from "./values.ts";

/** What the scope `sys` knows, each with what Deno calls it where that differs. */
export const systemNames: readonly string[] = Object.freeze([
  "cpus",
  "hostname",
  "loadavg",
  "memory",
  "networkInterfaces",
  "priority",
  "release",
  "uptime",
  "userInfo",
]);

const denoNames: ReadonlyMap<string, string> = new Map([
  ["osRelease", "release"],
  ["osUptime", "uptime"],
  ["systemMemoryInfo", "memory"],
  ["uid", "userInfo"],
  ["gid", "userInfo"],
  ["username", "userInfo"],
  ["homedir", "userInfo"],
  ["setPriority", "priority"],
]);

/** Every way to write one of {@link systemNames}. */
export const systemSpellings: readonly string[] = Object.freeze([...systemNames, ...denoNames.keys()]);

/** Reads the name of a variable, `PREFIX_*` or `*`. */
export function parseVariable(text: string, effect: "allow" | "deny"): string {
  checkText(text, "a variable's name");
  if (!/^[^=*\s\p{Cc}]*\*?$/u.test(text)) throw expected("a variable's name, `PREFIX_*` or `*`", text);
  if (effect === "allow" && isReservedVariable(text === "*" ? text : text.replace(/\*$/, ""))) {
    throw new Malformed(`${reservedReason(text)}. Take the grant out.`);
  }
  return text;
}

/** The name of {@link systemNames} that this is, or that Deno calls so. */
export function systemName(text: string): string | undefined {
  const name = denoNames.get(text) ?? text;
  return systemNames.includes(name) ? name : undefined;
}

/** Reads one of {@link systemNames}, or `*`. */
export function parseSystemName(text: string): string {
  const name = text === "*" ? text : systemName(text);
  if (name !== undefined) return name;
  const known = systemNames.join(", ");
  throw new Malformed(
    `Expected one of ${known} or *, got \`${text.slice(0, 60)}\`.${didYouMean(text, systemNames)}`,
  );
}
