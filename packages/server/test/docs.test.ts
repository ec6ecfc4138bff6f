// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { mergePolicies, parsePolicyFile } from "@cordon/policy";
import { normaliseLimits } from "../src/options.ts";
import { startHost, temporaryDirectory } from "./support/host.ts";

const page = await readFile(join(import.meta.dirname, "../../../docs/server.md"), "utf8");
const block = /^```bash(.*)\n([^]*?)^```\n(?:\n```text\n([^]*?)^```\n)?/gm;

test("every example of docs/server.md does what the page says", async (t) => {
  const policy = mergePolicies(parsePolicyFile('{"accept":["limits"]}', { file: "test", directory: "/" }));
  const host = await startHost(t, { policy });
  const cwd = await temporaryDirectory(t);
  const env = { ...process.env, CORDON: host.url, TOKEN: host.token };
  let run = 0;
  for (const [, mark, script = "", shown] of page.matchAll(block)) {
    if (mark?.trim() === "setup") continue;
    const { stdout } = await promisify(execFile)("bash", ["-euc", script], { cwd, env });
    run += 1;
    if (shown !== undefined) assert.match(stdout.replaceAll("\n", ""), pattern(shown), script);
  }
  assert.equal(run, 6);
});

test("docs/server.md lists every bound with its default", () => {
  for (const [name, value] of Object.entries(normaliseLimits())) {
    assert.match(page, new RegExp(`^\\| \`${name}\` +\\| ${value} +\\|`, "m"));
  }
});

/** `…` on the page stands for anything. */
function pattern(shown: string): RegExp {
  const parts = shown
    .replaceAll("\n", "")
    .split("…")
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}
