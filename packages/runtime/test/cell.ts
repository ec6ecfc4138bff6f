// SPDX-License-Identifier: Apache-2.0
// Runs a program with the runtime wall alone: Node's flags and the preload, no jail around it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, closeSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { mergePolicies, type Policy, parseGrantFlags, policyToPlain } from "@cordon/policy";
import { preloadPath, runtimeDirectory } from "../src/index.ts";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What came out of the descriptor on which the preload reports. */
  readonly report: string;
}

export interface ProgramOptions {
  readonly grants?: readonly string[];
  /** File name: what the program is; ".mjs" makes it a module. */
  readonly name?: string;
  readonly walls?: readonly string[];
  /** Node's own permission flags; without them only the preload refuses. */
  readonly permission?: boolean;
}

/** A directory for one test, gone when it ends. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "cordon-runtime-")));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The policy of some flags. */
export function policyOf(grants: readonly string[], directory: string): Policy {
  return mergePolicies(parseGrantFlags(grants, { directory }).document);
}

/** Runs a program text in `directory` and waits for its end. */
export async function runProgram(
  directory: string,
  source: string,
  options: ProgramOptions = {},
): Promise<Outcome> {
  const entry = join(directory, options.name ?? "program.cjs");
  await writeFile(entry, source);
  const policy = policyOf(options.grants ?? [], directory);
  const reads = [runtimeDirectory, entry, ...policy["fs.read"].allow.map((rule) => rule.path)];
  const writes = policy["fs.write"].allow.map((rule) => rule.path);
  const flags = [
    "--permission",
    ...reads.map((path) => `--allow-fs-read=${path}`),
    ...writes.map((path) => `--allow-fs-write=${path}`),
    ...(policy.run.allow.length > 0 ? ["--allow-child-process"] : []),
    ...(policy.worker ? ["--allow-worker"] : []),
  ];
  const walls = options.walls ?? ["namespaces", "filters", "runtime"];
  const facts = { version: 1, walls, mode: "run", policy: policyToPlain(policy, { limits: false }) };
  const message = namelessFile(join(directory, "message"), JSON.stringify(facts));
  const child = spawn(
    process.execPath,
    [...(options.permission === false ? [] : flags), "--require", preloadPath, entry],
    {
      cwd: directory,
      env: { VISIBLE: "yes" },
      stdio: ["ignore", "pipe", "pipe", "pipe", "ignore", message],
      timeout: 20_000,
    },
  );
  closeSync(message);
  const report = textOf(child.stdio[3]);
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  const [code] = (await closed) as [number | null];
  return { code, stdout, stderr, report: await report };
}

/** As the jail hands it over: a file that has lost its name, with a mode that no other has. */
function namelessFile(path: string, contents: string): number {
  writeFileSync(path, contents);
  chmodSync(path, 0o404);
  const descriptor = openSync(path, "r");
  unlinkSync(path);
  return descriptor;
}

async function textOf(stream: unknown): Promise<string> {
  assert.ok(stream instanceof Readable);
  return await text(stream);
}

/** Program text that tries each expression and prints what it gave or threw, one line of JSON each. */
export function attempts(expressions: Readonly<Record<string, string>>, before = ""): string {
  const calls = Object.entries(expressions).map(
    ([name, code]) => `await attempt(${JSON.stringify(name)}, async () => (${code}));`,
  );
  return `${before}
    const { stringify } = JSON;
    const print = (line) => process.stdout.write(line + "\\n");
    async function attempt(name, run) {
      try {
        const value = await run();
        print(stringify({ name, value: typeof value === "object" ? null : String(value) }));
      } catch (error) {
        const { code, permission, resource, scope, grant, message } = error;
        print(stringify({ name, code, permission, resource, scope, grant, message }));
      }
    }
    (async () => { ${calls.join("\n")} })();`;
}

export interface Attempt {
  readonly value?: string | null;
  readonly code?: string;
  readonly permission?: string;
  readonly resource?: string;
  readonly scope?: string;
  readonly grant?: string;
  readonly message?: string;
}

/** What `attempts` printed, by name. */
export function resultsOf(outcome: Outcome): Readonly<Record<string, Attempt>> {
  const results: Record<string, Attempt> = {};
  for (const line of outcome.stdout.split("\n")) {
    if (!line.startsWith("{")) continue;
    const { name, ...attempt } = JSON.parse(line) as Attempt & { name: string };
    results[name] = attempt;
  }
  return results;
}
