// SPDX-License-Identifier: Apache-2.0
import { lookup } from "node:dns/promises";
import { closeSync, openSync, readSync } from "node:fs";
import { nameAsked, type LearntUse } from "@cordon/policy";

interface Recorded {
  on(event: "used", listener: (use: LearntUse) => void): unknown;
  on(event: "ready", listener: () => void): unknown;
}

/** What a program can use in one run and be learnt from; more is no policy that anybody would read. */
const MOST = 200_000;
const MOST_NAMES = 64;
const PATIENCE = 3000;
const HEAD = 256;

/** Gathers what a recorded program uses, each thing once. */
export class Uses {
  /** In the order in which they came. */
  #uses = new Map<string, LearntUse>();
  #lost = 0;

  constructor(cell: Recorded) {
    cell.on("ready", () => this.#begin());
    cell.on("used", (use) => this.#take(use));
  }

  /** What did not fit. */
  get lost(): number {
    return this.#lost;
  }

  list(): readonly LearntUse[] {
    const uses = [...this.#uses.values()];
    return [...uses, ...uses.flatMap(interpreterOf)];
  }

  /**
   * What Node itself needed until the program's own code began is what any program needs, and has; but for the
   * package.json that says what kind of program it is, which Node reads first of all and then knows.
   */
  #begin(): void {
    for (const [key, { resource }] of this.#uses)
      if (!resource.endsWith("/package.json")) this.#uses.delete(key);
  }

  #take(use: LearntUse): void {
    const key = `${use.use}\0${use.kind}\0${use.resource}`;
    if (this.#uses.has(key)) return;
    if (this.#uses.size < MOST) this.#uses.set(key, use);
    else this.#lost++;
  }
}

/** The kernel opens the interpreter of a script by itself: no call names it. */
function interpreterOf(use: LearntUse): readonly LearntUse[] {
  if (use.use !== "execute" || use.kind !== "file") return [];
  const interpreter = /^#![ \t]*(\/\S+)/.exec(headOf(use.resource))?.[1];
  return interpreter === undefined ? [] : [{ ...use, resource: interpreter, real: "", by: use.resource }];
}

function headOf(path: string): string {
  try {
    const descriptor = openSync(path, "r");
    try {
      const head = Buffer.alloc(HEAD);
      return head.toString("latin1", 0, readSync(descriptor, head, 0, HEAD, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return ""; // Executable and not readable, or gone: then it is no script.
  }
}

/**
 * Which names an address was found under: those that JavaScript looked up, with what it got, and those that anything else
 * asked a name server for, looked up once more.
 */
export async function namesByAddress(
  uses: readonly LearntUse[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, Set<string>>();
  const known = new Set<string>();
  const add = (name: string, address: string): void => {
    known.add(name);
    found.set(address, (found.get(address) ?? new Set()).add(name));
  };
  for (const { use, resource } of uses) {
    const [name, address] = resource.split(" ");
    if (use === "name" && name !== undefined && address !== undefined) add(name.toLowerCase(), address);
  }
  const asked = new Set(
    uses.flatMap(({ use, resource }) => (use === "question" ? (nameAsked(resource) ?? []) : [])),
  );
  const unknown = [...asked].filter((name) => !known.has(name)).slice(0, MOST_NAMES);
  const lookups = Promise.all(
    unknown.map(async (name) => {
      // A search domain was tried, or there is no such host: no address came from it.
      const addresses = await lookup(name, { all: true }).catch(() => []);
      for (const { address } of addresses) add(name, address);
    }),
  );
  await Promise.race([lookups, new Promise((resolve) => setTimeout(resolve, PATIENCE).unref())]);
  return new Map([...found].map(([address, names]) => [address, [...names]]));
}
