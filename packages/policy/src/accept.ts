// SPDX-License-Identifier: Apache-2.0
import { didYouMean } from "./nearest.ts";
import { expected, Malformed } from "./values.ts";

/** A property of which less is accepted. */
export type Acceptable = "clock" | "limits";

/**
 * Of what a policy may accept less than all, and what it then accepts. Whatever else a host holds only in part is refused
 * before the start.
 */
export const acceptTable: Readonly<Record<Acceptable, string>> = Object.freeze({
  clock: "A kernel without time namespaces: how long the host has been running shows.",
  limits: "The supervisor's own watch where a limit needs a cgroup and the host has none.",
});

export const acceptableNames: readonly Acceptable[] = Object.freeze(Object.keys(acceptTable) as Acceptable[]);

/** Reads one name. Throws Malformed. */
export function parseAcceptable(value: unknown): Acceptable {
  const name = acceptableNames.find((each) => each === value);
  if (name !== undefined) return name;
  const wrong = expected(`one of ${acceptableNames.join(", ")}`, value);
  throw typeof value === "string" ? new Malformed(wrong.message + didYouMean(value, acceptableNames)) : wrong;
}

/** In the order of the table, each once. */
export function joinAcceptable(names: readonly Acceptable[]): readonly Acceptable[] {
  return Object.freeze(acceptableNames.filter((name) => names.includes(name)));
}
