// SPDX-License-Identifier: Apache-2.0
// Kills at every step of a cell's set-up: each process at each of its calls, and the supervisor while another one stands
// at that call. No program may run unwalled afterwards, and nobody be left.
import { setTimeout } from "node:timers/promises";
import { removeLeftovers } from "../../packages/cell/src/leftovers.ts";
import { carryOut, type FaultSite, type Ledger, type Outcome, type Reached } from "./jail.ts";
import { clearAway, hostState, leftBehind } from "./left-behind.ts";
import type { Setting } from "./settings.ts";
import { chosen } from "./sweep.ts";

const PATIENCE_MS = 10_000;
const PAUSE_MS = 1;

export interface Kills {
  readonly kills: number;
  readonly wrong: readonly string[];
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until somebody stands at the call, kills the supervisor, and lets whoever it is go on. */
async function killSupervisor(ledger: Ledger, supervisor: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!ledger.isHeld && isThere(supervisor) && performance.now() < deadline) await setTimeout(PAUSE_MS);
  if (isThere(supervisor)) process.kill(supervisor, "SIGKILL");
  ledger.release();
}

function problemOf({ stdout, isLate }: Outcome): string | undefined {
  const said = stdout.trim();
  if (isLate) return "somebody waits on";
  return said === "" || said === "walled" ? undefined : `the program found ${said.replaceAll("\n", ", ")}`;
}

/** Kills at every site that one setting comes to. */
export async function killEverywhere(
  { name, plan, before }: Setting,
  sites: readonly FaultSite[],
  root: string,
): Promise<Kills> {
  const id = `cordon-killed-${process.pid}-${name.replaceAll(/\W+/g, "-")}`;
  const straight = await carryOut(plan, sites, [], id);
  const base = before(straight.reached);
  const { reached } = base.length === 0 ? straight : await carryOut(plan, sites, base, id);
  const wrong: string[] = [];
  let kills = 0;
  const one = async (point: Reached, what: "kill" | "hold"): Promise<void> => {
    kills++;
    const state = hostState(root);
    const fault = { process: point.process, number: point.number, what };
    const outcome = await carryOut(
      plan,
      sites,
      [...base, fault],
      id,
      what === "hold" ? killSupervisor : undefined,
    );
    // As the host does for a supervisor that has died by a signal.
    if (outcome.signal !== null) await removeLeftovers(plan);
    const left = await leftBehind(plan, id, state, root);
    if (left.length > 0) clearAway(plan, id);
    const problem = problemOf(outcome);
    const where = `${name}: ${what === "kill" ? `${point.process} killed` : `supervisor killed while the ${point.process} stands`} at call ${point.number} (${point.site.file}:${point.site.line} ${point.site.call})`;
    if (problem !== undefined) wrong.push(`${where}: ${problem}`);
    if (left.length > 0) wrong.push(`${where}: left ${left.join(", ")}`);
  };
  for (const point of chosen(reached, "sites")) {
    await one(point, "kill");
    if (point.process !== "supervisor") await one(point, "hold");
  }
  return { kills, wrong };
}
