// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Program } from "../../src/resolve.ts";
import { type Listing, temporaryTree } from "./trees.ts";

/** A program in a directory of its own; its Node, preload and libraries are files there too. */
export function programIn(context: TestContext, listing: Listing = {}): { root: string; program: Program } {
  const root = temporaryTree(context, {
    "node/bin/node": "",
    "node/lib/libc.so.6": "",
    "runtime/preload.cjs": "",
    "runtime/serve.cjs": "",
    "app/main.js": "",
    ...listing,
  });
  const program: Program = {
    node: {
      path: join(root, "node/bin/node"),
      version: "24.21.0",
      libraries: [join(root, "node/lib/libc.so.6")],
    },
    entry: join(root, "app/main.js"),
    args: ["--port", "80"],
    directory: join(root, "app"),
    environment: { PATH: "/usr/bin:/bin", HOME: "/home/ann", SECRET: "s" },
    mode: "run",
    runtime: {
      directory: join(root, "runtime"),
      preload: join(root, "runtime/preload.cjs"),
      serve: join(root, "runtime/serve.cjs"),
    },
    name: "cordon-1",
  };
  return { root, program };
}
