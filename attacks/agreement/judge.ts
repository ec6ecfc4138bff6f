// SPDX-License-Identifier: Apache-2.0
// What the policy says of a probe against what the kernel did. The kernel may be narrower where it is said below, and
// is never wider but where it is said below.
import { existsSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { decide, type Policy, type WallName } from "@cordon/policy";
import { commonRefusals } from "../harness/refusals.ts";
import type { Answer, Probe } from "./probes.ts";

export interface Setting {
  readonly policy: Policy;
  readonly walls: readonly WallName[];
  /** Every path of the tree, and the tree itself. */
  readonly paths: readonly string[];
  /** What the rules that grant something name, as it is written there. */
  readonly named: readonly string[];
  /** Whether a directory of the host's has changed since the cell was started. */
  readonly hasChanged: (directory: string) => boolean;
}

/** The real path that a probe is about; undefined if its links lead nowhere, where there is nothing to grant. */
function realOf({ what, path }: Probe): string | undefined {
  try {
    return what === "create" ? join(realpathSync(dirname(path)), basename(path)) : realpathSync(path);
  } catch {
    return undefined;
  }
}

function fits({ what }: Probe, real: string): boolean {
  if (what === "create") return statSync(dirname(real)).isDirectory();
  return statSync(real).isDirectory() === (what === "list");
}

/** What the kernel says where there is no such thing to read or to list, walls or not. */
const misfits: ReadonlySet<string> = new Set(["EISDIR", "ELOOP"]);

/** A disagreement in words, or undefined. */
export function disagreement(setting: Setting, probe: Probe, answer: Answer): string | undefined {
  const real = realOf(probe);
  const did = answer.code === "ok";
  if (!did && !commonRefusals.has(answer.code) && !misfits.has(answer.code))
    return `${probe.what} ${probe.path} ended with ${answer.code}, which no wall says`;
  if (real === undefined || !fits(probe, real)) {
    return did ? `${probe.what} ${probe.path} succeeded, though nothing such is there` : undefined;
  }
  const may = (scope: "fs.read" | "fs.write", path = real): boolean =>
    decide(setting.policy, { scope, path }).granted;
  const scope = probe.what === "read" || probe.what === "list" ? "fs.read" : "fs.write";
  if (did && probe.what === "read" && answer.found !== real)
    return `read ${probe.path} gave what is not ${real}: ${answer.found}`;
  if (did === may(scope)) return undefined;
  const reason = did ? wider(setting, probe, answer, real, may) : narrower(setting, probe, real, may);
  if (reason !== undefined) return undefined;
  const says = `${may(scope) ? "granted" : "denied"} by the policy`;
  return `${probe.what} ${probe.path}${real === probe.path ? "" : ` (${real})`}: ${says}, and the kernel says ${answer.code}`;
}

type May = (scope: "fs.read" | "fs.write", path?: string) => boolean;

/** Why something succeeds that the policy denies. All of it is about what the mounts show. */
function wider(setting: Setting, probe: Probe, answer: Answer, real: string, may: May): string | undefined {
  // A denied star stands for what is there when the cell starts, as far as the mounts go; names that come later are held
  // by the filters, which make files on the program's behalf.
  if (probe.what === "create" && may("fs.write", dirname(real)) && !setting.walls.includes("filters"))
    return "mounts know no names that are not there yet";
  if (!setting.walls.includes("namespaces")) return undefined;
  // The directories above and between what is granted are the cell's own, in memory, where the tree lies below /tmp.
  if (probe.what === "create" && !setting.hasChanged(dirname(real)))
    return "it was made in the cell's own memory";
  // Mounts hide, or forbid writing: what may be written can be read, where only mounts stand in the way.
  if (
    (probe.what === "read" || probe.what === "list") &&
    may("fs.write") &&
    !setting.walls.includes("filters")
  )
    return "a mount that can be written can be read";
  // A directory above or between what is granted is an empty one of the cell's own, with the places of what is granted.
  if (probe.what === "list" && answer.found !== undefined) {
    const names = answer.found === "" ? [] : answer.found.split("/");
    if (names.every((name) => leadsToSomething(setting, join(real, name))))
      return "it shows what is granted alone";
  }
  return undefined;
}

/** Whether a path is granted, or lies above something that is. */
function leadsToSomething({ policy, paths, named }: Setting, path: string): boolean {
  // A link that a rule names is there to be followed, whatever its target then says.
  if (named.some((each) => each === path || each.startsWith(`${path}/`))) return true;
  return paths.some((each) => {
    if (each !== path && !each.startsWith(`${path}/`)) return false;
    const target = existsSync(each) ? realpathSync(each) : each;
    return [each, target].some((one) =>
      (["fs.read", "fs.write"] as const).some((scope) => decide(policy, { scope, path: one }).granted),
    );
  });
}

/** Why something that the policy grants is refused. */
function narrower(setting: Setting, probe: Probe, real: string, may: May): string | undefined {
  // packages/walls/src/access.ts: no mount is writable and unreadable, so a more specific denial of reading takes
  // the writing with it.
  if ((probe.what === "write" || probe.what === "create") && !may("fs.read")) return "it may not be read";
  if (probe.what === "create" && !may("fs.write", dirname(real)))
    return "a granted star is expanded at the start";
  // packages/walls/src/landlock-paths.ts: directories on the way to a denial are spelt out entry by entry.
  const directory = probe.what === "create" ? dirname(real) : real;
  if (setting.walls.includes("filters") && (probe.what === "list" || probe.what === "create")) {
    const inside = setting.paths.filter((path) => path.startsWith(`${directory}/`));
    if (inside.some((path) => losesBelow(setting, directory, path))) return "something in it is denied";
  }
  // Node since 24.18.1 (CVE-2026-58043): where the paths of two grants part after a directory's own name, as for `lib` and
  // `lib-b/x`, it does not know that directory itself any more, though all that is in it.
  if (setting.walls.includes("runtime") && probe.what === "list" && isBeginningOfAnother(setting, real))
    return "Node takes it for the beginning of another grant";
  // A link, and the links that it leads through, can be followed where they can be seen.
  if (linksOnTheWay(probe.path).some((link) => !may("fs.read", link)))
    return "a link on the way is not granted";
  return undefined;
}

function isBeginningOfAnother({ named }: Setting, directory: string): boolean {
  return named.some(
    (path) => path.startsWith(directory) && !["", "/"].includes(path.charAt(directory.length)),
  );
}

function losesBelow({ policy }: Setting, directory: string, path: string): boolean {
  const real = existsSync(path) ? realpathSync(path) : path;
  return (["fs.read", "fs.write"] as const).some(
    (scope) =>
      decide(policy, { scope, path: directory }).granted &&
      [path, real].some(
        (each) => each.startsWith(`${directory}/`) && !decide(policy, { scope, path: each }).granted,
      ),
  );
}

/** Every link that is passed on the way along a path. */
function linksOnTheWay(path: string): readonly string[] {
  const links: string[] = [];
  let at = "";
  const rest = path.split("/").filter((part) => part !== "");
  for (let part = rest.shift(); part !== undefined && links.length < 40; part = rest.shift()) {
    const next = `${at}/${part}`;
    try {
      const target = readlinkSync(next);
      links.push(next);
      rest.unshift(...target.split("/").filter((each) => each !== ""));
      at = target.startsWith("/") ? "" : at;
    } catch {
      at = next;
    }
  }
  return links;
}
