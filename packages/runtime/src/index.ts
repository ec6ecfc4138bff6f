// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";

/** What a cell needs of the runtime, and nothing else: made by `build.mjs` at set-up. */
export const runtimeDirectory: string = join(import.meta.dirname, "../dist");

/** The preload that every cell starts with: `node --require <preloadPath> …`. */
export const preloadPath: string = join(runtimeDirectory, "preload.cjs");

/** The harness of `cordon serve`: `node … <servePath> /path/to/app/entry`. */
export const servePath: string = join(runtimeDirectory, "serve.cjs");

/** What `cordon learn` loads first in place of the preload. */
export const recordPath: string = join(runtimeDirectory, "record.cjs");
