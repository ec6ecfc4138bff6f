// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Finding, Planted } from "./plant.ts";

/** Runs a fuzzer on the host's sources with a mistake in one of them, as long as `npm test` does. */
export async function findInTs(root: string, planted: Planted): Promise<Finding> {
  const child = spawn(
    process.execPath,
    [
      "--import",
      join(import.meta.dirname, "hook.ts"),
      join(root, "tools/fuzz/run-target.ts"),
      planted.fuzzer,
    ],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, CORDON_PLANTED: JSON.stringify(planted) } },
  );
  const ended = once(child, "close");
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number | null];
  // Something else than a finding must not look like one.
  if (code !== 0 && !output.includes("breaks it"))
    throw new Error(`The fuzzer ended with ${code}:\n${output}${errors}`);
  return { isFound: code !== 0, output };
}
