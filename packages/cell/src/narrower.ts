// SPDX-License-Identifier: Apache-2.0
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import {
  CordonError,
  type Drop,
  Malformed,
  narrowPolicy,
  parseDrop,
  type PlainPolicy,
  type Policy,
  policyFromPlain,
  type Scope,
  scopesNamed,
} from "@cordon/policy";
import type { Plan } from "@cordon/walls";
import { narrowLines } from "./narrow-steps.ts";
import type { StatusEvent } from "./status-line.ts";

type Narrowed = Extract<StatusEvent, { event: "narrowed" }>;
type Asked = Extract<StatusEvent, { event: "drop" }>;

const LONGEST_REASON = 500;
const REASONS: Readonly<Record<string, string>> = {
  EBUSY: "a process of the cell works in a directory inside",
  ENOENT: "nothing is there that could be covered",
};

/** Narrows one running cell, one drop after the other. */
export class Narrower {
  #plan: Plan;
  #policy: Policy;
  #send: (line: string) => void;
  #last: Promise<unknown> = Promise.resolve();
  #pending = new Map<number, PromiseWithResolvers<Narrowed>>();
  #id = 0;
  #isClosed = false;

  /** @param send gives the supervisor a line */
  constructor(plan: Plan, send: (line: string) => void) {
    this.#plan = plan;
    this.#send = send;
    this.#policy = policyOf(plan);
  }

  /** What the program may do now. */
  get policy(): Policy {
    return this.#policy;
  }

  /**
   * Gives something up on the host's side.
   *
   * @throws CordonError `ERR_DROP_NOT_ENFORCEABLE` or `ERR_DROP_NOT_HELD`
   */
  async drop(scope: string, reference: string | undefined, directory: string): Promise<void> {
    const scopes = scopesNamed(scope);
    if (scopes.length === 0) {
      throw new CordonError("ERR_DROP_INVALID", { scope, problem: "there is no such scope." }, {});
    }
    const drops = scopes.flatMap((one) =>
      meaningsOf(one, reference, directory).map((meant) => parse(one, meant, directory)),
    );
    for (const drop of drops) await this.#carryOut(drop, 0);
  }

  /** Does what the program asked for. Its words are a cell's: they can only narrow it. */
  answer({ request, scope, reference }: Asked): void {
    void this.#answer(request, scope, reference).catch((error: unknown) => {
      this.#send(`refuse ${request} ${reasonWord(error instanceof Error ? error.message : String(error))}`);
    });
  }

  async #answer(request: number, name: string, reference: string): Promise<void> {
    const scope = scopesNamed(name).find((one) => one === name);
    if (scope === undefined) throw new Error("there is no such scope");
    await this.#carryOut(
      parse(scope, reference === "" ? undefined : decodeURIComponent(reference), "/"),
      request,
    );
  }

  async #carryOut(drop: Drop, request: number): Promise<void> {
    const turn = this.#last.then(async () => await this.#narrow(drop, request));
    this.#last = turn.catch(() => {});
    await turn;
  }

  async #narrow(drop: Drop, request: number): Promise<void> {
    if (this.#isClosed) throw ended(drop.scope);
    const lines = narrowLines(this.#plan, this.#policy, drop);
    const id = ++this.#id;
    const answer = Promise.withResolvers<Narrowed>();
    this.#pending.set(id, answer);
    for (const line of lines) this.#send(`narrow ${line}`);
    this.#send(`narrow done ${id} ${request}`);
    const { errno, resource } = await answer.promise;
    // What is not held is not given up: who asks again is not told that it is done.
    if (errno === "") this.#policy = narrowAll(this.#policy, drop);
    // The program has been told by the supervisor.
    if (errno !== "" && request === 0) {
      const why = `${REASONS[errno] ?? errno}${resource === "" ? "" : ` (${resource})`}`;
      throw new CordonError("ERR_DROP_NOT_HELD", { scope: drop.scope, why }, { errno, resource });
    }
  }

  /** The supervisor has done it, or not. */
  take(event: Narrowed): void {
    this.#pending.get(event.id)?.resolve(event);
    this.#pending.delete(event.id);
  }

  /** The cell is gone. */
  close(): void {
    this.#isClosed = true;
    for (const answer of this.#pending.values()) {
      answer.reject(ended("cell"));
      answer.promise.catch(() => {});
    }
  }
}

/** No mount can be written and not read: to give reading up is to give writing up. */
export function narrowAll(policy: Policy, drop: Drop): Policy {
  const narrowed = narrowPolicy(policy, drop);
  return drop.scope === "fs.read" ? narrowPolicy(narrowed, { ...drop, scope: "fs.write" }) : narrowed;
}

/** As it is written, and for a path what it leads to: the last is what the kernel sees. */
function meaningsOf(
  scope: Scope,
  reference: string | undefined,
  directory: string,
): readonly (string | undefined)[] {
  if (reference === undefined || reference === "*" || reference.endsWith("*")) return [reference];
  if (!["fs.read", "fs.write", "net.unix", "addon"].includes(scope) && !reference.includes("/"))
    return [reference];
  if (scope.startsWith("net.c") || scope.startsWith("net.l")) return [reference];
  const path = resolve(directory, reference);
  try {
    const real = realpathSync(path);
    return real === path ? [path] : [path, real];
  } catch {
    return [path]; // the cell may have what the host has not
  }
}

/**
 * A reason as one word, no longer than the supervisor reads. The text may hold what the cell wrote, and to cut it may
 * leave half a character: that has no such form, and to try would end the host.
 */
function reasonWord(reason: string): string {
  let word = "";
  for (const character of reason.toWellFormed()) {
    const next = word + encodeURIComponent(character);
    if (next.length > LONGEST_REASON) break;
    word = next;
  }
  return word;
}

function ended(scope: string): CordonError {
  return new CordonError("ERR_DROP_NOT_HELD", { scope, why: "the cell has ended" });
}

function parse(scope: Scope, reference: string | undefined, directory: string): Drop {
  try {
    return parseDrop(scope, reference === "*" ? undefined : reference, directory);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new CordonError("ERR_DROP_INVALID", { scope, problem: error.message }, {}, { cause: error });
  }
}

/** The policy as the runtime has it: on the paths that were written and on those that they lead to. */
function policyOf(plan: Plan): Policy {
  const { policy } = JSON.parse(plan.message ?? "{}") as { policy?: PlainPolicy };
  return policyFromPlain(policy ?? {});
}
