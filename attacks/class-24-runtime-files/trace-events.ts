// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { nothingLeft } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "Trace events write no file into a working directory that is not granted (CVE-2026-56847)",
  proof: "host",
  // Node waits without end for a trace file that it cannot open.
  endsSilently: true,
  grants: () => ["--limit-wall-time=700ms"],
  prepare: (site) => nothingLeft(site.directory, "a trace", (name) => name.startsWith("node_trace")),
  program: async (cell) => {
    const tracing = cell.node("node:trace_events").createTracing({ categories: ["node", "v8"] });
    tracing.enable();
    await cell.sleep(20);
    tracing.disable();
    return cell.refused("NO_EFFECT");
  },
};
