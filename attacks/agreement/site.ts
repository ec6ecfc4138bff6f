// SPDX-License-Identifier: Apache-2.0
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Entry, Rules } from "./arbitrary.ts";
import { type Probe, probe } from "./probes.ts";

/** A directory with a tree in it, and beside it the program that tries its paths. */
export interface TreeSite {
  readonly root: string;
  readonly program: string;
  readonly probes: readonly Probe[];
  /** Whether something was made or removed in a directory since it was laid out. */
  readonly hasChanged: (directory: string) => boolean;
  readonly dispose: () => void;
}

/** What is made in each directory to see whether it can be; no rule names it. */
const NEW_NAME = "zz-new";

/** Lays out a tree. Mode bits stop nobody: the walls are what is asked. */
export function layOut(entries: readonly Entry[], rules: Rules): TreeSite {
  process.umask(0);
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "cordon-agreement-")));
  chmodSync(directory, 0o755);
  const root = join(directory, "tree");
  mkdirSync(root, { mode: 0o777 });
  for (const { path, kind, target } of entries) {
    const at = join(root, path);
    if (kind === "directory") mkdirSync(at, { mode: 0o777 });
    else if (kind === "link") symlinkSync(join(root, target), at);
    else writeFileSync(at, at, { mode: 0o666 });
  }
  const probes = entries.flatMap(({ path, kind }) => probesOf(join(root, path), kind));
  probes.push(...probesOf(root, "directory"));
  probes.push(...probesOfRules(rules, root));
  const program = join(directory, "main.cjs");
  writeFileSync(
    program,
    `(${probe.toString()})(${JSON.stringify(probes)});
`,
    { mode: 0o644 },
  );
  const changed = (at: string): bigint => statSync(at, { bigint: true }).mtimeNs;
  const before = new Map(
    probes
      .filter(({ what, path }) => what === "list" && existsSync(path))
      .map(({ path }) => [realpathSync(path), changed(path)] as const),
  );
  const hasChanged = (at: string): boolean => changed(at) !== before.get(at);
  return {
    root,
    program,
    probes,
    hasChanged,
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** What rules name that is not there: to be made, where there is a directory for it, and once under each star. */
function probesOfRules({ allow, deny }: Rules, root: string): Probe[] {
  const named = [allow, deny].flatMap((side) => [...side["fs.read"], ...side["fs.write"]]);
  const paths = named.map(({ path }) => join(root, path.replace(/\*$/, "zz")));
  return [...new Set(paths)]
    .filter((path) => isDirectory(dirname(path)) && !readdirSync(dirname(path)).includes(basename(path)))
    .map((path) => ({ what: "create", path }));
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Not there, or a link that leads round in a circle.
    return false;
  }
}

function probesOf(path: string, kind: Entry["kind"]): Probe[] {
  const directory: Probe[] = [
    { what: "list", path },
    { what: "create", path: join(path, NEW_NAME) },
  ];
  const file: Probe[] = [
    { what: "read", path },
    { what: "write", path },
  ];
  // What a link leads to is not known by its kind.
  if (kind === "link") return [...file, ...directory];
  return kind === "directory" ? directory : file;
}

/** The rules with the real path in the place of each that leads through links. */
export function resolveRules({ allow, deny }: Rules, root: string): Rules {
  const real = (path: string): string => {
    try {
      const written = join(root, path);
      return path.endsWith("*")
        ? join(realpathSync(dirname(written)), basename(written))
        : realpathSync(written);
    } catch {
      // Nothing is there: an optional rule, which says nothing.
      return path;
    }
  };
  const lists = (side: Rules["allow"]): Rules["allow"] => ({
    "fs.read": side["fs.read"].map((rule) => ({ ...rule, path: real(rule.path) })),
    "fs.write": side["fs.write"].map((rule) => ({ ...rule, path: real(rule.path) })),
  });
  return { allow: lists(allow), deny: lists(deny) };
}
