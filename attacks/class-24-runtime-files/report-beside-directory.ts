// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A report's file name that leads out of its directory writes nothing outside",
  proof: "outside",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  program: (cell) => {
    const { report } = process;
    if (report === undefined) return cell.refused("ENOSYS");
    const codes: string[] = [];
    const ways: (() => unknown)[] = [
      () => {
        report.directory = cell.granted;
        report.filename = "../outside/report.json";
        report.writeReport();
      },
      () => report.writeReport("../outside/report.json"),
      () => {
        report.directory = `${cell.granted}/../outside`;
        report.filename = "report-too.json";
        report.writeReport();
      },
    ];
    for (const way of ways) {
      try {
        way();
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused("NO_EFFECT", codes.join());
  },
};
