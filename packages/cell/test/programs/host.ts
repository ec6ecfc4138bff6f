// SPDX-License-Identifier: Apache-2.0
// A host of its own process: `node host.ts STDIO ENTRY [FLAGS…]`. Prints `cell PID` for whoever is to watch the cell.
import { Cell } from "../../src/index.ts";
import { policyOf } from "../support/cells.ts";

const [stdio, entry = "", ...flags] = process.argv.slice(2);
if (stdio !== "inherit" && stdio !== "ignore") throw new Error(`Expected inherit or ignore, got ${stdio}`);
const cell = await Cell.start({ entry, policy: policyOf(flags), stdio });
console.log(`cell ${cell.pid}`);
process.exitCode = (await cell.exited).exitCode;
