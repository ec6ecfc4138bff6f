// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim:
    "No method of a FileHandle that is open for reading alone writes: chmod, chown, utimes, truncate, write, streams",
  proof: "host",
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: async (cell) => {
    const { open } = cell.node("node:fs/promises");
    const path = `${cell.granted}/file.txt`;
    const handle = await open(path, "r");
    const ways: (() => unknown)[] = [
      () => handle.chmod(0o640),
      () => handle.chown(process.getuid?.() ?? 0, process.getgid?.() ?? 0),
      () => handle.utimes(1, 1),
      () => handle.truncate(0),
      () => handle.write("changed"),
      () => handle.writev([Buffer.from("changed")]),
      () => handle.writeFile("changed"),
      () => handle.appendFile("changed"),
      () => cell.event(handle.createWriteStream({ autoClose: false }).end("changed"), "finish", 200),
      async () => (await open(`/proc/self/fd/${handle.fd}`, "r+")).write("changed"),
    ];
    const codes: string[] = [];
    for (const way of ways) {
      try {
        await way();
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused("NO_EFFECT", codes.join());
  },
};
