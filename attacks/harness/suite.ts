// SPDX-License-Identifier: Apache-2.0
import { release } from "node:os";
import {
  type Exception,
  missingWall,
  type NamedAttack,
  type Outcome,
  type User,
  type Walls,
} from "./attack.ts";
import { containerException, type Runtime } from "./containers.ts";
import { type ControlResult, runControl, runInCell } from "./run.ts";
import { openStage } from "./stage.ts";

/** Does `work` on every item, so many at a time. */
async function inParallel<T>(
  items: readonly T[],
  jobs: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

/** Whether the kernel that runs here is one of those that the exception is for. */
function isFor({ before }: Exception): boolean {
  if (before === undefined) return true;
  const [major = 0, minor = 0] = release()
    .split(".")
    .map((part) => Number.parseInt(part, 10));
  return major < before[0] || (major === before[0] && minor < before[1]);
}

export interface SuiteOptions {
  /** So many attacks at a time. */
  readonly jobs: number;
  /** Whether each attack's control is run first. */
  readonly controls: boolean;
  /** In containers of this runtime's, in place of cells. */
  readonly runtime?: Runtime | undefined;
}

/** Runs every attack's control, then its cells, for the user that this process is. */
export async function runSuite(
  user: User,
  attacks: readonly NamedAttack[],
  columns: readonly Walls[],
  { jobs, controls, runtime }: SuiteOptions,
  take: (outcome: Outcome) => void,
): Promise<void> {
  const stage = openStage(user, runtime);
  try {
    await inParallel(attacks, jobs, async (named) => {
      const control: ControlResult = controls
        ? await runControl(stage, named)
        : { control: "elsewhere", why: "" };
      if (columns.length === 0) take(controlOutcome(named, user, control));
      for (const walls of columns) {
        const begun = performance.now();
        const verdict = await runInCell(stage, named, walls);
        const exception =
          runtime === undefined
            ? named.attack.exceptions?.find(
                (one) => one.walls === missingWall(walls) && (one.user ?? user) === user && isFor(one),
              )?.reason
            : containerException(named, runtime, walls, user);
        take({
          attack: named.name,
          class: named.class,
          walls,
          user,
          ...(runtime === undefined ? {} : { with: runtime }),
          control: control.control,
          ...verdict,
          milliseconds: Math.round(performance.now() - begun),
          ...(control.control === "failed" ? { by: `control: ${control.why}` } : {}),
          ...(verdict.result === "escaped" && exception !== undefined ? { exception } : {}),
        });
      }
    });
  } finally {
    stage.dispose();
  }
}

function controlOutcome({ name, class: number }: NamedAttack, user: User, control: ControlResult): Outcome {
  const result = control.control === "failed" ? "not run" : "contained";
  return {
    attack: name,
    class: number,
    walls: "all",
    user,
    control: control.control,
    result,
    by: control.why,
    milliseconds: 0,
  };
}
