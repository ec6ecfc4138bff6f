// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "NODE_PATH of the host draws no module in",
  proof: "secret",
  refusals: ["MODULE_NOT_FOUND"],
  grants: () => ["--allow-env=*"],
  environment: (site) => ({ NODE_PATH: join(site.outside, "modules") }),
  prepare: (site) => {
    mkdirSync(join(site.outside, "modules"));
    const text = JSON.stringify(readFileSync(site.secret, "utf8"));
    writeFileSync(join(site.outside, "modules", "drawn-in.js"), `module.exports = ${text};`);
    return { values: {} };
  },
  program: (cell) => cell.loot(`${require("drawn-in")}`),
};
