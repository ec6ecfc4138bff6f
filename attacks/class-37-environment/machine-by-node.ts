// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { availableParallelism, hostname, release, totalmem } from "node:os";

export const hostile: Attack = {
  claim: "node:os, a diagnostic report and process say nothing of the machine that is not granted",
  proof: "word",
  prepare: () => ({
    values: {
      hostname: hostname(),
      release: release(),
      memory: totalmem(),
      processors: availableParallelism(),
    },
  }),
  program: (cell) => {
    const os = cell.node("node:os");
    const report = process.report.getReport() as unknown as {
      header: { host: string; osRelease: string; cpus?: unknown[] };
    };
    const found: string[] = [];
    const look = (name: string, value: unknown, host: unknown): void => {
      if (value === host) found.push(name);
    };
    look("hostname", os.hostname(), cell.text("hostname"));
    look("hostname as text", `${os.hostname as unknown as string}`, cell.text("hostname"));
    look("release", os.release(), cell.text("release"));
    look("memory", os.totalmem(), cell.number("memory"));
    look("report's host", report.header.host, cell.text("hostname"));
    look("report's release", report.header.osRelease, cell.text("release"));
    // One processor is what a cell is told, and what a small machine has.
    if (cell.number("processors") > 1) {
      look("processors", os.availableParallelism(), cell.number("processors"));
      look("report's processors", report.header.cpus?.length, cell.number("processors"));
    }
    if (os.loadavg().some((load) => load > 0)) found.push("load");
    if (found.length === 0) cell.refused("NO_EFFECT");
    return found.join(", ");
  },
};
