// SPDX-License-Identifier: Apache-2.0
import { explainLimit } from "../limits.ts";
import { dirname } from "node:path";
import type { PathRule, Policy } from "@cordon/policy";
import { denialOf, isForbidden, type ToldDenial } from "../denial.ts";
import { nodeDecides, nodeGrants } from "../permission/node.ts";
import { get, withOwnBuiltins } from "../pristine.ts";
import { scopesOfFlags } from "./flags.ts";
import { setsIdentity } from "./modes.ts";
import { toAbsolutePath, toText, whereItLeads } from "./paths.ts";
import type { PathFunction } from "./table.ts";

/** A path argument, and what is asked of it. */
interface PathUse {
  readonly scope: "fs.read" | "fs.write";
  readonly path: string;
}

/** A refusal by the file wall; `absent` if the program is to hear that nothing is there. */
export interface FileRefusal {
  readonly denial: ToldDenial;
  readonly path: string;
  readonly absent: boolean;
}

/** The decisions on files, for one policy. */
export interface FileGuard {
  /** Why a call must not be made; undefined if it may. */
  refuse(kind: PathFunction, args: readonly unknown[]): FileRefusal | undefined;
  /** Which refusal the kernel's error to a call stands for; undefined if it is an error like any other. */
  explain(kind: PathFunction, args: readonly unknown[], error: unknown): FileRefusal | undefined;
}

// Programs look into the directory for temporary files as they do into those above them.
const IN_TMP = "/tmp/cordon";

const WALL_ERRNOS: readonly unknown[] = [
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOENT",
  "ENOTDIR",
  "EXDEV",
  "ERR_ACCESS_DENIED",
];

/** Makes the decisions on files for a policy. */
export function createFileGuard(policy: Policy): FileGuard {
  const denied = deniedNow(policy);
  const granted = [...policy["fs.read"].allow, ...policy["fs.write"].allow].map((rule) => rule.path);
  const outside = directoriesAbove([...granted, process.cwd(), dirname(process.argv[1] ?? "/"), IN_TMP]);

  function denialFor(use: PathUse, deep: boolean): ToldDenial | undefined {
    // Node knows the program's own files too, which are in no policy. What it grants, only a deny rule can refuse.
    if (!nodeDecides) return denialOf(policy, use);
    if (!nodeGrants(use.scope, use.path)) {
      const denial = denialOf(policy, use);
      return denial === undefined ? undefined : { ...denial, byNode: true };
    }
    return denied().length === 0 ? undefined : withOwnBuiltins(() => forbidden(use, deep));
  }

  function forbidden({ scope, path }: PathUse, deep: boolean): ToldDenial | undefined {
    // By name and by what the name leads to: a symlink beside a denied file must not open it.
    for (const candidate of [path, whereItLeads(path)]) {
      if (isForbidden(policy, { scope, path: candidate }))
        return denialOf(policy, { scope, path: candidate });
      const below = deep ? denied().find((rule) => rule.startsWith(`${candidate}/`)) : undefined;
      if (below !== undefined) return denialOf(policy, { scope, path: below });
    }
    return undefined;
  }

  function refusalOf(
    kind: PathFunction,
    use: PathUse,
    deep: boolean,
    args: readonly unknown[],
    index: number,
  ): FileRefusal | undefined {
    const denial = denialFor(use, deep);
    if (denial === undefined) return undefined;
    const { path } = use;
    const absent =
      kind.probe === true && withOwnBuiltins(() => outside.has(path) || outside.has(dirname(path)));
    // What a link leads to, and what lies below, the program has not written.
    const written = denial.resource === path ? toText(args[index]) : undefined;
    const { sentence, suffix = "" } = kind;
    const told: ToldDenial = {
      ...denial,
      ...(sentence === undefined ? {} : { sentence }),
      ...(written === undefined ? {} : { named: written + suffix }),
      ...(kind.readsFirst === true && index === 0 && denialFor({ scope: "fs.read", path }, deep) !== undefined
        ? { asked: "fs.read" }
        : {}),
    };
    return { denial: told, path, absent };
  }

  function firstRefusal(
    kind: PathFunction,
    args: readonly unknown[],
    deep: boolean,
  ): FileRefusal | undefined {
    const { uses } = kind;
    for (let index = 0; index < uses.length; index++) {
      const use = uses[index];
      const path = use === "none" ? undefined : toAbsolutePath(args[index]);
      if (path === undefined) continue;
      if (use === "by-flags") {
        const scopes = scopesOfFlags(args[index + 1]);
        for (let at = 0; at < scopes.length; at++) {
          const refusal = refusalOf(kind, { scope: scopes[at] ?? "fs.write", path }, deep, args, index);
          if (refusal !== undefined) return refusal;
        }
        continue;
      }
      const scope = use === "read" ? "fs.read" : "fs.write";
      const refusal = refusalOf(kind, { scope, path }, deep, args, index);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  return {
    refuse: (kind, args) => identityRefusal(kind, args) ?? firstRefusal(kind, args, kind.deep === true),
    explain(kind, args, error) {
      if (typeof error !== "object" || error === null) return undefined;
      explainLimit(error, toAbsolutePath(args[0]));
      const code: unknown = get(error, "code");
      const isWall = withOwnBuiltins(() => WALL_ERRNOS.includes(code));
      return isWall ? firstRefusal(kind, args, false) : undefined;
    },
  };
}

function identityRefusal(kind: PathFunction, args: readonly unknown[]): FileRefusal | undefined {
  if (kind.mode === undefined) return undefined;
  const argument = args[kind.mode];
  if (!setsIdentity(typeof argument === "object" && argument !== null ? get(argument, "mode") : argument)) {
    return undefined;
  }
  const path = toAbsolutePath(args[0]) ?? "a file";
  return { denial: identityDenial(path), path, absent: false };
}

/** The refusal to make a file run as its owner or its group, which no grant turns round. */
export function identityDenial(path: string): ToldDenial {
  const reason = "no file may be given a set-user-ID or set-group-ID bit";
  return { scope: "fs.write", resource: path, grant: "", reason };
}

/** The paths that are denied now: a drop adds to them. */
function deniedNow(policy: Policy): () => readonly string[] {
  let read: Policy["fs.read"] | undefined;
  let write: Policy["fs.write"] | undefined;
  let paths: readonly string[] = [];
  return () => {
    if (read !== policy["fs.read"] || write !== policy["fs.write"]) {
      read = policy["fs.read"];
      write = policy["fs.write"];
      const rules = [read.deny, write.deny];
      paths = withOwnBuiltins(() => deniedPaths(rules.flat()));
    }
    return paths;
  };
}

function deniedPaths(rules: readonly PathRule[]): readonly string[] {
  return rules.map((rule) => rule.path.replace(/\*$/, ""));
}

/**
 * The directories above all that is granted. Programs look for their configuration there, one level after the other,
 * and end the search when nothing is found; an error other than that would end the program.
 */
function directoriesAbove(paths: readonly string[]): ReadonlySet<string> {
  const above = new Set<string>();
  for (const path of paths) {
    for (let at = path; at !== dirname(at); at = dirname(at)) above.add(dirname(at));
  }
  return above;
}
