// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { readFileSync } from "node:fs";

export const hostile: Attack = {
  claim: "A variable of the host that is not granted does not reach the program",
  proof: "secret",
  environment: (site) => ({ CANARY: readFileSync(site.secret, "utf8").trim() }),
  program: (cell) => cell.loot(process.env["CANARY"] ?? ""),
};
