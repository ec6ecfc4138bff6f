// SPDX-License-Identifier: Apache-2.0
import { globSync } from "node:fs";
import { join, relative } from "node:path";
import { run } from "node:test";
import type { EventData } from "node:test";
import { inspect } from "node:util";
import type { Part } from "./part.ts";
import { add, type Tally } from "./tally.ts";

const TWO_CORES = 2;
const PATIENCE_MS = 5 * 60 * 1000;
const KEPT_OUTPUT = 4000;

/** The `*.test.ts` files below one directory, each in a process of its own. */
export function nodeTests(name: string, directory: string): Part {
  return {
    name,
    async run(root) {
      const files = globSync("**/*.test.ts", { cwd: join(root, directory) })
        .map((file) => join(root, directory, file))
        .sort();
      if (files.length === 0) return { passed: 0, failed: 0 };
      return runFiles(files, root);
    },
  };
}

async function runFiles(files: readonly string[], root: string): Promise<Tally> {
  const tallies: Tally[] = [];
  const output = new Map<string, string>();
  const failed = new Set<string>();
  const keep = ({ file, message }: { file: string; message: string }): void => {
    output.set(file, `${output.get(file) ?? ""}${message}`.slice(-KEPT_OUTPUT));
  };
  const stream = run({ files, concurrency: TWO_CORES, timeout: PATIENCE_MS, cwd: root });
  stream.on("test:stdout", keep);
  stream.on("test:stderr", keep);
  stream.on("test:fail", (event) => {
    const file = event.file ?? "";
    if (isOnlyTheParentOfAFailure(event)) return;
    failed.add(file);
    console.log(`✗ ${event.name} (${relative(root, file)}:${event.line ?? 0})`);
    console.log(indent(describe(event.details.error)));
  });
  stream.on("test:pass", (event) => {
    // A test that does not run must not pass for green.
    if (event.skip === undefined && event.todo === undefined) return;
    console.log(`✗ ${event.name} (${relative(root, event.file ?? "")}): skipped. Make it run, or delete it.`);
  });
  stream.on("test:summary", ({ file, counts }) => {
    if (file !== undefined) return;
    tallies.push({ passed: counts.passed, failed: counts.tests - counts.passed });
  });
  for await (const _event of stream);
  for (const file of failed) {
    const text = output.get(file);
    if (text) console.log(`  what ${relative(root, file)} printed:\n${indent(text)}`);
  }
  return add(tallies);
}

function isOnlyTheParentOfAFailure({ details }: EventData.TestFail): boolean {
  return "failureType" in details.error && details.error.failureType === "subtestsFailed";
}

function describe(error: Error): string {
  const cause = error.cause ?? error;
  if (!(cause instanceof Error)) return inspect(cause);
  const frames = (cause.stack ?? cause.message).split("\n");
  return frames.filter((frame) => !frame.includes("(node:") && !frame.includes("at node:")).join("\n");
}

function indent(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, "    ");
}
