// SPDX-License-Identifier: Apache-2.0
// The first thing that runs in a cell, before any line of the program: `node --require preload.cjs program.js`.
import { denyBuiltins } from "./builtins/deny.ts";
import { createPatcher } from "./builtins/patcher.ts";
import { onGet, watchBuiltins } from "./builtins/watch.ts";
import { takeCellFacts } from "./cell.ts";
import { wrapFs } from "./fs/wrap.ts";
import { patchProcess } from "./patches/process.ts";
import { useLimits } from "./limits.ts";
import { installPermission } from "./permission/install.ts";
import { takeWorkerData } from "./permission/worker.ts";
import { reportReady } from "./report.ts";
import { explainUncaught } from "./uncaught.ts";
import { hidePermissionWarning } from "./warnings.ts";

// The module object itself, which the bundler would otherwise copy.
const fs: typeof import("node:fs") = require("node:fs");
const cell = takeCellFacts(process.env);
if (cell !== undefined) {
  if (!cell.isMainThread) takeWorkerData(cell.live);
  const explains = cell.walls.includes("runtime");
  // A file of its own, since hardly any run is audited. Loaded first: it keeps functions as they are without walls.
  const audit =
    explains && cell.audit !== undefined
      ? (require(`${__dirname}/audit.cjs`) as typeof import("./audit.ts"))
      : undefined;
  if (explains) {
    const files = wrapFs(fs, cell);
    const patcher = createPatcher(cell, files);
    onGet(fs, "promises", () => patcher.ensure("fs/promises"));
    patchProcess(cell, files);
    watchBuiltins(cell, patcher);
    denyBuiltins(cell.policy);
    useLimits(cell.limits);
    explainUncaught(cell);
    hidePermissionWarning();
    audit?.startAudit({ enforced: cell.policy, audited: cell.audit?.policy });
  }
  installPermission(cell);
  if (cell.isMainThread && cell.isSupervised) reportReady();
}
