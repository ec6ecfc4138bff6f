// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Attack, NativeFiles, Site, User } from "./attack.ts";
import type { Runtime } from "./containers.ts";
import { installNative } from "./native.ts";
import { programSource } from "./source.ts";

/** A directory under which all sites of one user lie. Everybody may enter it: the walls are tested, not mode bits. */
export interface Stage {
  readonly user: User;
  readonly directory: string;
  readonly native: NativeFiles;
  /** Programs run in containers of this runtime's; `undefined` for cells. */
  readonly runtime: Runtime | undefined;
  readonly site: (attack: Attack, label: string, isControl: boolean) => Site;
  readonly dispose: () => void;
}

/** A uid that the setuid executable gives; nobody's in particular. */
const foreignUid = 64_017;

/**
 * An executable with the setuid bit. As root it belongs to another uid, so that there is something to gain; an
 * ordinary user gets one that root has laid there.
 */
function setuidExecutable(directory: string, tool: string): NativeFiles["setuid"] {
  const given = process.env["CORDON_ATTACKS_SETUID"];
  if (given !== undefined) return { path: given, uid: 0 };
  if (process.getuid?.() !== 0) return { path: "/usr/bin/su", uid: 0 };
  return { path: makeSetuid(join(directory, "setuid"), tool, foreignUid), uid: foreignUid };
}

/** Copies an executable and makes it run as another uid. Only root can. */
export function makeSetuid(path: string, tool: string, uid: number): string {
  copyFileSync(tool, path);
  chownSync(path, uid, uid);
  chmodSync(path, 0o4755);
  return path;
}

export function openStage(user: User, runtime?: Runtime): Stage {
  process.umask(0);
  const directory = mkdtempSync(join(tmpdir(), "cordon-attacks-"));
  chmodSync(directory, 0o755);
  const bare = installNative(join(directory, "native"), { path: "", uid: 0 });
  const native = { ...bare, setuid: setuidExecutable(directory, bare.tool) };
  let spoilable: string | undefined;
  const spoilableNode = (): string => {
    if (spoilable === undefined) {
      mkdirSync(join(directory, "spoil"));
      spoilable = join(directory, "spoil", "node");
      copyFileSync(process.execPath, spoilable);
      chmodSync(spoilable, 0o777);
    }
    return spoilable;
  };
  return {
    user,
    directory,
    native,
    runtime,
    site: (attack, label, isControl) => ({
      user,
      isControl,
      ...openSite(join(directory, label), attack),
      native,
      spoilableNode,
    }),
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function openSite(
  directory: string,
  attack: Attack,
): Pick<Site, "directory" | "program" | "granted" | "outside" | "secret"> {
  const program = join(directory, "program.cjs");
  const granted = join(directory, "granted");
  const outside = join(directory, "outside");
  const secret = join(outside, "secret.txt");
  // Mode bits that stop nobody: otherwise they, and not the walls, might be what holds.
  for (const path of [directory, granted, outside]) mkdirSync(path, { mode: 0o777, recursive: true });
  writeFileSync(program, programSource(attack), { mode: 0o644 });
  writeFileSync(join(granted, "file.txt"), "granted\n", { mode: 0o666 });
  writeFileSync(secret, `SECRET-${randomBytes(24).toString("hex")}\n`, { mode: 0o666 });
  return { directory, program, granted, outside, secret };
}

/** All that can be seen of a directory but access times, as text: equal texts mean that nothing changed. */
export function snapshot(directory: string): string {
  const lines: string[] = [];
  const visit = (path: string): void => {
    const facts = lstatSync(path);
    const content = facts.isFile() ? readFileSync(path, "latin1") : "";
    lines.push(
      [path, facts.mode, facts.uid, facts.gid, facts.ino, facts.nlink, facts.mtimeMs, content].join(" "),
    );
    if (facts.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
  };
  visit(directory);
  return lines.join("\n");
}
