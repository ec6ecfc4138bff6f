// SPDX-License-Identifier: Apache-2.0
import type { Scope } from "./types.ts";

export { nameScopes, netScopes, pathScopes, switchScopes } from "./scope-names.ts";

/** What the rules of a scope are. */
export type ScopeKind = "path" | "net" | "name" | "run" | "switch";

interface ScopeEntry {
  readonly kind: ScopeKind;
  /** What the flags are called behind `--allow-` and `--deny-`; ours first. */
  readonly names: readonly [string, ...string[]];
  /** Deno's single letter, for allow. */
  readonly letter?: string;
  /** The names for which a flag without a value means everything. */
  readonly bare: readonly string[];
  /** Whether a file may pin an entry by its hash. */
  readonly pinned: boolean;
  readonly description: string;
  readonly examples: readonly [string, ...string[]];
}

/** The one table of scopes: flags, files, the JSON Schema and the documentation are all made from it. */
export const scopeTable: Readonly<Record<Scope, ScopeEntry>> = Object.freeze({
  "fs.read": {
    kind: "path",
    names: ["fs-read", "read"],
    letter: "R",
    bare: ["read"],
    pinned: false,
    description: "Read a file, or a directory with all below it.",
    examples: ["./src", "/etc/ssl/*"],
  },
  "fs.write": {
    kind: "path",
    names: ["fs-write", "write"],
    letter: "W",
    bare: ["write"],
    pinned: false,
    description: "Write, create, rename and remove a file, or a directory and all below it.",
    examples: ["./dist"],
  },
  "net.connect": {
    kind: "net",
    names: ["net"],
    letter: "N",
    bare: ["net"],
    pinned: false,
    description: "Connect to a host, and look its name up.",
    examples: [
      "api.example.com:443",
      "*.example.com",
      "10.0.0.0/8:8000-8099",
      "udp://[2001:db8::1]:53",
      "public",
    ],
  },
  "net.listen": {
    kind: "net",
    names: ["listen"],
    bare: ["listen"],
    pinned: false,
    description: "Accept connections on a port.",
    examples: ["8080", "3000-3010", "127.0.0.1:8080"],
  },
  "net.unix": {
    kind: "path",
    names: ["unix"],
    bare: [],
    pinned: false,
    description: "Connect to, or make, a unix socket.",
    examples: ["/run/postgresql/.s.PGSQL.5432"],
  },
  env: {
    kind: "name",
    names: ["env"],
    letter: "E",
    bare: ["env"],
    pinned: false,
    description: "Have a variable of the environment.",
    examples: ["HOME", "AWS_*"],
  },
  run: {
    kind: "run",
    names: ["run", "child-process"],
    bare: ["run", "child-process"],
    pinned: true,
    description:
      "Start an executable, given by path or by name. What it may touch is bounded by the same policy.",
    examples: ["git", "/usr/bin/env"],
  },
  addon: {
    kind: "path",
    names: ["addons"],
    bare: ["addons"],
    pinned: true,
    description: "Load a native addon or library, or any below a directory.",
    examples: ["./node_modules/better-sqlite3"],
  },
  worker: {
    kind: "switch",
    names: ["worker"],
    bare: [],
    pinned: false,
    description: "Start worker threads.",
    examples: [""],
  },
  wasi: {
    kind: "switch",
    names: ["wasi"],
    bare: [],
    pinned: false,
    description: "Use `node:wasi`.",
    examples: [""],
  },
  ffi: {
    kind: "switch",
    names: ["ffi"],
    bare: [],
    pinned: false,
    description: "Call native functions through `node:ffi`.",
    examples: [""],
  },
  inspector: {
    kind: "switch",
    names: ["inspector"],
    bare: [],
    pinned: false,
    description: "Use `node:inspector`.",
    examples: [""],
  },
  sys: {
    kind: "name",
    names: ["sys"],
    letter: "S",
    bare: ["sys"],
    pinned: false,
    description: "Ask `node:os` about the machine and the user.",
    examples: ["hostname", "cpus"],
  },
} satisfies Record<Scope, ScopeEntry>);

/** The key under which the object form of an entry has its value: `{"path": "./src", "reason": "…"}`. */
export const valueKeys: Readonly<Record<Exclude<ScopeKind, "switch">, string>> = Object.freeze({
  path: "path",
  run: "program",
  net: "host",
  name: "name",
});

/** Every scope, in the order of the documentation. */
export function allScopes(): readonly Scope[] {
  return Object.keys(scopeTable).filter(isScope);
}

export function isScope(name: string): name is Scope {
  return Object.hasOwn(scopeTable, name);
}

/** The value that means everything in a scope. */
export function everything(scope: Scope): string {
  return scopeTable[scope].kind === "switch" ? "" : "*";
}
