// SPDX-License-Identifier: Apache-2.0
// Brings a fresh clone to the state in which everything runs: dependencies, the jail, the bundled runtime.
// Plain JavaScript for Node 20 with nothing installed, because it is what installs everything else.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "./setup/command.mjs";
import { dependencies } from "./setup/dependencies.mjs";
import { jail } from "./setup/jail.mjs";
import { onlyOnce } from "./setup/only-once.mjs";
import { runtime } from "./setup/runtime.mjs";
import { SetupError } from "./setup/step.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const steps = [dependencies, jail, runtime, command];

try {
  // Looked at again inside the lock: whoever held it before us may have done the work.
  if (steps.some((step) => step.isStale(root))) {
    await onlyOnce(root, () => {
      for (const step of steps) {
        if (!step.isStale(root)) continue;
        console.error(`setup: ${step.title}`);
        step.perform(root);
      }
    });
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}
