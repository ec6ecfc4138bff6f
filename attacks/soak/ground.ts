// SPDX-License-Identifier: Apache-2.0
// Where a soak happens, and what lies around it that no cell may touch.
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { differences, type Leftovers, leftovers } from "./account.ts";

const SETTLE_MS = 5000;

/** The place of one soak. */
export interface Ground extends AsyncDisposable {
  readonly root: string;
  /** Where hosts put what is temporary. */
  readonly temporary: string;
  /** Where they keep what they have found out. */
  readonly cache: string;
  readonly port: number;
  /** The process ids of all hosts that there were. */
  readonly hosts: number[];
  /** Those of them that were killed together with their supervisors. */
  readonly orphaned: Set<number>;
  /** How many marks programs have left; afterwards there are none. */
  takeMarks(): number;
  /** Waits until nothing is left, and names what is. */
  settle(before: Leftovers): Promise<readonly string[]>;
}

/** Lays out a soak's ground: everybody may read and write there, so that it is the walls that keep a program out. */
export async function layGround(): Promise<Ground> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "cordon-soak-")));
  chmodSync(root, 0o755);
  for (const name of ["app", "outside", "marks", "temporary", "cache"]) {
    mkdirSync(join(root, name));
    chmodSync(join(root, name), name === "marks" ? 0o777 : 0o755);
  }
  copyFileSync(join(import.meta.dirname, "program.cjs"), join(root, "app/program.cjs"));
  chmodSync(join(root, "app/program.cjs"), 0o644);
  writeFileSync(join(root, "outside/secret"), "secret", { mode: 0o644 });
  let knocks = 0;
  const server = createServer((socket) => {
    knocks++;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const marks = (): number => readdirSync(join(root, "marks")).length + knocks;
  const ground: Ground = {
    root,
    temporary: join(root, "temporary"),
    cache: join(root, "cache"),
    port: (server.address() as AddressInfo).port,
    hosts: [],
    orphaned: new Set(),
    takeMarks: () => {
      const count = marks();
      for (const name of readdirSync(join(root, "marks"))) rmSync(join(root, "marks", name));
      knocks = 0;
      return count;
    },
    settle: async (before) => {
      const deadline = performance.now() + SETTLE_MS;
      let left = differences(before, leftovers(ground));
      while (left.length > 0 && performance.now() < deadline) {
        await setTimeout(50);
        left = differences(before, leftovers(ground));
      }
      return marks() === 0 ? left : [...left, `${marks()} marks of programs without walls`];
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, "close");
      rmSync(root, { recursive: true, force: true });
    },
  };
  return ground;
}
