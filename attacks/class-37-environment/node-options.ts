// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "NODE_OPTIONS of the host is not heeded, whatever of the environment is granted",
  proof: "host",
  grants: () => ["--allow-env=*"],
  environment: (site) => ({ NODE_OPTIONS: `--require=${join(site.granted, "evil.cjs")}` }),
  prepare: (site) => {
    const trace = join(site.granted, "trace");
    writeFileSync(
      join(site.granted, "evil.cjs"),
      `require("node:fs").writeFileSync(${JSON.stringify(trace)}, "")`,
    );
    return { values: {}, harmed: () => (existsSync(trace) ? "the host's NODE_OPTIONS ran" : undefined) };
  },
  program: (cell) => cell.refused("NO_EFFECT"),
};
