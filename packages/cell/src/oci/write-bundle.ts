// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type OciBundle, ociConfigText } from "@cordon/walls/oci";

/**
 * Writes a bundle into a directory that is there and empty. Everybody may enter it: in a container of root's, the
 * program is another user. The configuration has the program's variables in it, and is for the owner alone.
 */
export function writeBundle(directory: string, { config, entries }: OciBundle): void {
  for (const entry of entries) {
    const path = join(directory, entry.path);
    if (entry.kind === "directory") mkdirSync(path, { recursive: true });
    else if (entry.kind === "symlink") symlinkSync(entry.text, path);
    else writeFileSync(path, entry.contents, { flag: "wx" });
  }
  // Not at once: the umask has a say then, and nothing can be made in what is closed.
  for (const entry of entries)
    if (entry.kind !== "symlink") chmodSync(join(directory, entry.path), entry.mode);
  writeFileSync(join(directory, "config.json"), ociConfigText(config), { flag: "wx", mode: 0o600 });
  chmodSync(directory, 0o755);
}
