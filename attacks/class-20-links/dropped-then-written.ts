// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim:
    "A directory whose writing the program gave up is not written to by a raw call, other writing or not",
  proof: "host",
  // Without mounts nothing holds it against native code: then the drop is refused, and the program knows.
  refusals: ["ERR_DROP_NOT_HELD", "EBUSY"],
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  prepare: (site) => {
    const file = join(site.granted, "kept", "file.txt");
    mkdirSync(join(site.granted, "kept"), { mode: 0o777 });
    writeFileSync(file, "kept", { mode: 0o666 });
    return {
      values: {},
      harmed: () => (readFileSync(file, "utf8") === "kept" ? undefined : "the file was written"),
    };
  },
  program: (cell) => {
    const fs = cell.node("node:fs");
    cell.native();
    // One that is open must not keep the others from being closed.
    const open = fs.openSync(`${cell.granted}/kept/other.txt`, "w");
    (process as { permission?: { drop?: (scope: string, reference?: string) => void } }).permission?.drop?.(
      "fs.write",
      `${cell.granted}/kept`,
    );
    fs.writeSync(open, "still open");
    const fd = cell.call("openat", -100, `${cell.granted}/kept/file.txt`, 1, 0);
    return fs.writeSync(fd, "lost");
  },
};
