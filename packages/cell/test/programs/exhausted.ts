// SPDX-License-Identifier: Apache-2.0
// A host that runs out of what its starts need: `exhausted.ts descriptors|processes ENTRY`. It says what a start is
// refused with, gives back what it took, and starts again.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { CordonError } from "@cordon/policy";
import { Cell } from "../../src/index.ts";
import { policyOf } from "../support/cells.ts";

const [what, entry = ""] = process.argv.slice(2);
const policy = policyOf([]);
const start = async (): Promise<string> => {
  try {
    const cell = await Cell.start({ entry, policy, stdio: "ignore" });
    return `ran: ${(await cell.exited).exitCode}`;
  } catch (error) {
    if (!(error instanceof CordonError)) return `not ours: ${String(error)}`;
    return `refused: ${error.code}: ${error.message} Remedy: ${String(error.details.remedy)}`;
  }
};

function takeDescriptors(leave: number): () => void {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch {
    for (const fd of taken.splice(-leave)) closeSync(fd);
  }
  return () => taken.forEach(closeSync);
}

async function takeProcesses(): Promise<() => Promise<void>> {
  const taken: ChildProcess[] = [];
  for (let refused = false; !refused; ) {
    const child = spawn("/bin/sleep", ["60"], { stdio: "ignore" });
    refused = await new Promise((resolve) => {
      child.once("error", () => resolve(true)).once("spawn", () => resolve(false));
    });
    if (!refused) taken.push(child);
  }
  return async () => {
    await Promise.all(
      taken.map((child) => {
        child.kill("SIGKILL");
        return new Promise((resolve) => child.once("exit", resolve));
      }),
    );
  };
}

console.log(`first ${await start()}`);
if (what === "descriptors") {
  for (const leave of [1, 3, 6, 9, 12, 15]) {
    const giveBack = takeDescriptors(leave);
    console.log(`with ${leave} ${await start()}`);
    giveBack();
  }
} else {
  const giveBack = await takeProcesses();
  console.log(`without ${await start()}`);
  await giveBack();
}
console.log(`then ${await start()}`);
