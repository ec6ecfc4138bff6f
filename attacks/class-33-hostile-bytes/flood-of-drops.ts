// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { noSupervisor, onlyBoundedEvents } from "../harness/observed.ts";

export const hostile: Attack = {
  claim: "A flood of requests to give something up holds nobody up but the program that makes it",
  proof: "host",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  control: { root: noSupervisor, ordinary: noSupervisor },
  observe: onlyBoundedEvents,
  program: async (cell) => {
    const native = cell.native();
    let written = 0;
    for (const until = Date.now() + 700; Date.now() < until; ) {
      const line = Buffer.from(
        `drop ${written % 4000000000} fs.read ${encodeURIComponent(`${cell.granted}/${written}`)}\n`,
      );
      if (native.call(native.numbers["write"] ?? -1, 3, line, line.length) > 0) written++;
    }
    return cell.refused("NO_EFFECT", `${written} written`);
  },
};
