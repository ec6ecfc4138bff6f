// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Prepared } from "./attack.ts";

const script = `
const fs = require("node:fs");
const [path, target] = process.argv.slice(1);
const until = Date.now() + 5000;
const word = new Int32Array(new SharedArrayBuffer(4));
const stay = () => Atomics.wait(word, 0, 0, 0.2);
process.stdout.write("swapping");
while (Date.now() < until) {
  try { fs.symlinkSync(target, path + ".link"); } catch {}
  try { fs.renameSync(path, path + ".directory"); } catch {}
  try { fs.renameSync(path + ".link", path); } catch {}
  stay();
  try { fs.unlinkSync(path); } catch {}
  try { fs.renameSync(path + ".directory", path); } catch {}
  stay();
}`;

/** An accomplice outside, who swaps a directory for a link to another one, back and forth: it is each half of the time. */
export async function swapper(path: string, target: string): Promise<Prepared> {
  const child = spawn(process.execPath, ["-e", script, path, target], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(child.stdout, "data");
  return { values: {}, dispose: () => void child.kill("SIGKILL") };
}
