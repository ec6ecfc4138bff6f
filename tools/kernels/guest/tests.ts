// SPDX-License-Identifier: Apache-2.0
// Runs test files, and says one line of JSON for each test that has ended.
import { relative, resolve } from "node:path";
import { run } from "node:test";
import { parseArgs } from "node:util";

/** What is said of a test. */
export interface TestLine {
  readonly test: string;
  readonly file: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly why?: string;
}

// Emulation is slow; a test that hangs must not take the others' time all the same.
const PATIENCE_MS = 10 * 60_000;

interface Ended {
  readonly name: string;
  readonly file?: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: { readonly type?: string; readonly duration_ms: number };
}

function say({ name, file = "", skip, todo, details }: Ended, failed: Error | undefined): void {
  if (details.type === "suite" || name === file) return;
  const line: TestLine = {
    test: name,
    file: relative(process.cwd(), file),
    passed: failed === undefined && skip === undefined && todo === undefined,
    seconds: Math.round(details.duration_ms / 100) / 10,
    ...(failed === undefined ? {} : { why: describe(failed) }),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  return (cause.stack ?? cause.message).slice(0, 2000);
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { named: { type: "string" } },
    allowPositionals: true,
  });
  const files = positionals.map((file) => resolve(file));
  const testNamePatterns = values.named === undefined ? [] : [values.named];
  const stream = run({ files, concurrency: 1, timeout: PATIENCE_MS, testNamePatterns });
  stream.on("test:pass", (event) => say(event, undefined));
  stream.on("test:fail", (event) => say(event, event.details.error));
  for await (const _event of stream);
}
