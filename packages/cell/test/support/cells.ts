// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { mergePolicies, parseGrantFlags, type Policy } from "@cordon/policy";
import { Cell, type CellDenial, type CellExit, type CellOptions } from "../../src/index.ts";

/** What to start: the program's text, or files of which `main.js` is the program. */
export interface Setting extends Partial<Omit<CellOptions, "policy">> {
  readonly code?: string;
  /** By name; a text that begins with `-> ` is a link. */
  readonly files?: Readonly<Record<string, string>>;
  /** Grants and limits as on a command line; `{root}` stands for the program's directory. */
  readonly flags?: readonly string[];
}

export interface Outcome {
  readonly exit: CellExit;
  readonly stdout: string;
  readonly stderr: string;
  readonly denied: readonly CellDenial[];
  readonly limits: readonly string[];
}

/** The policy that these flags give on a command line. */
export function policyOf(flags: readonly string[], root: string = "/"): Policy {
  const written = flags.map((flag) => flag.replaceAll("{root}", root));
  const { document, rest } = parseGrantFlags(written, { directory: root });
  if (rest.length > 0) throw new Error(`Expected grants alone, got ${rest.join(" ")}`);
  return mergePolicies(document);
}

/** A directory for one test with these files, removed after it. Its path has no links in it. */
export function directoryWith(context: TestContext, files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "cordon-cell-")));
  // An ordinary user's cell is that user; root's is somebody else, who must pass through.
  chmodSync(root, 0o755);
  context.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, contents] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (contents.startsWith("-> ")) symlinkSync(contents.slice(3), path);
    else writeFileSync(path, contents);
  }
  return root;
}

/** Starts a cell for one test; it is gone when the test is over. */
export async function start(context: TestContext, setting: Setting): Promise<Cell> {
  const { code, files, flags, ...options } = setting;
  const root = directoryWith(context, { ...(code === undefined ? {} : { "main.js": code }), ...files });
  const cell = await Cell.start({
    entry: "main.js",
    directory: root,
    ...options,
    policy: policyOf(flags ?? [], root),
  });
  context.after(() => cell.stop({ grace: 0 }));
  return cell;
}

/** All that a cell says until it ends. */
export async function outcomeOf(cell: Cell): Promise<Outcome> {
  const denied: CellDenial[] = [];
  const limits: string[] = [];
  cell.on("denied", (denial) => denied.push(denial));
  cell.on("limit", ({ limit }) => limits.push(limit));
  const read = (stream: NodeJS.ReadableStream | null): Promise<string> =>
    stream === null ? Promise.resolve("") : text(stream);
  const [stdout, stderr, exit] = await Promise.all([read(cell.stdout), read(cell.stderr), cell.exited]);
  return { exit, stdout, stderr, denied, limits };
}

/** Starts a cell without input and waits for its end. */
export async function run(context: TestContext, setting: Setting): Promise<Outcome> {
  const cell = await start(context, setting);
  cell.stdin?.end();
  return await outcomeOf(cell);
}
