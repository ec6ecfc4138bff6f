// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, readdirSync, type Stats, statSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";
import {
  CordonError,
  type Origin,
  type PathRule,
  type Policy,
  pathSpecificity,
  type RunRule,
} from "@cordon/policy";
import { type Pin, pinFile } from "./pins.ts";
import { type Link, type Resolved, resolveLinks } from "./links.ts";

/** A rule whose path is what the kernel will see. */
export interface ResolvedRule {
  readonly path: string;
  readonly directory: boolean;
  /** As the policy weighs it: an entry that a `*` stands for weighs less than the same entry by its full name. */
  readonly weight: number;
  /** A denial may name what is not there; a grant may not. */
  readonly missing: boolean;
  readonly pin?: Pin;
  /** The links that its path leads through. */
  readonly via: readonly Link[];
  /** Of a denial: it covers every path that starts so, whether it is there or not. */
  readonly prefix?: true;
  readonly origin: Origin;
}

/** Allowed and denied paths of one kind of access. */
export interface PathRules {
  readonly allow: readonly ResolvedRule[];
  readonly deny: readonly ResolvedRule[];
}

/** The path rules of a policy, on real paths, and the links that lead there. */
export interface ResolvedPaths {
  readonly read: PathRules;
  readonly write: PathRules;
  /** Executables of `run`; its `*` is an allow of the root. */
  readonly run: PathRules;
  readonly addon: PathRules;
  readonly links: readonly Link[];
}

type Side = "allow" | "deny";

function missing(path: string, rule: { readonly origin: Origin }): CordonError {
  return new CordonError("ERR_GRANT_MISSING_PATH", { origin: rule.origin, path }, { resource: path });
}

/** The entries that the `*` at a pattern's end stands for now. */
export function entriesStartingWith(pattern: string): string[] {
  const prefix = basename(pattern).slice(0, -1);
  try {
    return readdirSync(dirname(pattern))
      .filter((name) => name.startsWith(prefix))
      .map((name) => join(dirname(pattern), name));
  } catch {
    return []; // no such directory, so nothing in it: the caller treats both alike
  }
}

/** Where a path leads, and what is there: `undefined` if nothing is. */
function look(path: string, rule: { readonly origin: Origin }): Resolved & { readonly stats?: Stats } {
  try {
    const resolved = resolveLinks(path);
    const stats = statSync(resolved.real, { throwIfNoEntry: false });
    return stats === undefined ? resolved : { ...resolved, stats };
  } catch (cause) {
    const errno = cause instanceof Error && "code" in cause ? String(cause.code) : "EIO";
    const values = { origin: rule.origin, path, errno };
    throw new CordonError("ERR_GRANT_UNREADABLE", values, { resource: path, errno }, { cause });
  }
}

/** What a file must be one of: none of the rules that name it leaves its contents open. */
function hashesFor<R extends { readonly sha256?: string }>(
  rules: readonly R[],
  isAlike: (rule: R) => boolean,
): string[] {
  const alike = rules.filter(isAlike).map(({ sha256 }) => sha256);
  const hashes = alike.filter((sha256) => sha256 !== undefined);
  return hashes.length < alike.length ? [] : hashes;
}

class Resolver {
  readonly links = new Map<string, Link>();
  readonly #pins = new Map<string, Pin>();

  /** @param written the rule's own path, where `path` is one of the entries that its `*` stands for */
  resolve(
    path: string,
    rule: { readonly optional: boolean; readonly origin: Origin },
    side: Side,
    written: string = path,
  ): ResolvedRule[] {
    const { real, links, stats } = look(path, rule);
    // A denial that is left out because nothing is there yet would not hold for what comes: the filters hold it by its name.
    if (stats === undefined && rule.optional && side === "allow") return [];
    if (stats === undefined && side === "allow") throw missing(path, rule);
    if (side === "allow") for (const link of links) this.links.set(link.path, link);
    const weight = pathSpecificity(written === path ? real : join(dirname(real), basename(written)));
    const directory = stats?.isDirectory() ?? false;
    return [{ path: real, directory, weight, missing: stats === undefined, via: links, origin: rule.origin }];
  }

  /** A denied pattern holds for what comes later, too: the entries that are there now do not stand for it. */
  pattern(rule: PathRule): ResolvedRule {
    const { real } = look(dirname(rule.path), rule);
    const start = join(real, basename(rule.path));
    return {
      path: start.slice(0, -1),
      directory: false,
      weight: pathSpecificity(start),
      missing: true,
      via: [],
      prefix: true,
      origin: rule.origin,
    };
  }

  paths(rules: readonly PathRule[], side: Side): ResolvedRule[] {
    return rules.flatMap((rule) => {
      const isPattern = rule.path.endsWith("*");
      const expanded = isPattern ? entriesStartingWith(rule.path) : [rule.path];
      if (expanded.length === 0 && side === "allow" && !rule.optional) throw missing(rule.path, rule);
      const found = expanded.flatMap((path) => {
        const resolved = this.resolve(path, rule, side, rule.path);
        const hashes = side === "allow" ? hashesFor(rules, (other) => other.path === rule.path) : [];
        return resolved.map((each) => this.#pinned(each, hashes));
      });
      return isPattern && side === "deny" ? [this.pattern(rule), ...found] : found;
    });
  }

  /** A name is looked up as execvp(3) does, in the PATH of whoever starts the cell. */
  programs(rules: readonly RunRule[], side: Side, searchPath: string): ResolvedRule[] {
    return rules.flatMap((rule) => {
      if (rule.program === "*") return this.resolve("/", rule, side);
      const found = findExecutable(rule.program, searchPath);
      if (found === undefined && (rule.optional || side === "deny")) return [];
      if (found === undefined) throw missing(rule.program, rule);
      const hashes = side === "allow" ? hashesFor(rules, (other) => other.program === rule.program) : [];
      return this.resolve(found, rule, side).map((each) => this.#pinned(each, hashes));
    });
  }

  /** Each file is hashed once, whatever number of rules pin it. */
  #pinned(rule: ResolvedRule, hashes: readonly string[]): ResolvedRule {
    if (hashes.length === 0) return rule;
    const known = this.#pins.get(rule.path);
    const pin =
      known !== undefined && hashes.includes(known.sha256) ? known : pinFile(rule.path, hashes, rule.origin);
    this.#pins.set(rule.path, pin);
    return { ...rule, pin };
  }
}

/** The executable that a name or a path stands for, as execvp(3) finds it in a PATH; `undefined` if none does. */
export function findExecutable(program: string, searchPath: string): string | undefined {
  const candidates = isAbsolute(program)
    ? [program]
    : searchPath
        .split(delimiter)
        .filter(isAbsolute)
        .map((directory) => join(directory, program));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return statSync(candidate).isFile();
    } catch {
      return false;
    }
  });
}

/**
 * Resolves the path rules of a policy on this host: links are followed, a trailing `*` is expanded, hashes are checked.
 *
 * @param searchPath the PATH in which bare names of `run` are looked up
 * @throws CordonError `ERR_GRANT_MISSING_PATH`, `ERR_GRANT_UNREADABLE`, `ERR_INTEGRITY`
 */
export function resolvePaths(policy: Policy, searchPath: string): ResolvedPaths {
  const resolver = new Resolver();
  const rules = (scope: "fs.read" | "fs.write" | "addon"): PathRules => ({
    allow: resolver.paths(policy[scope].allow, "allow"),
    deny: resolver.paths(policy[scope].deny, "deny"),
  });
  return {
    read: rules("fs.read"),
    write: rules("fs.write"),
    addon: rules("addon"),
    run: {
      allow: resolver.programs(policy.run.allow, "allow", searchPath),
      deny: resolver.programs(policy.run.deny, "deny", searchPath),
    },
    links: [...resolver.links.values()],
  };
}
