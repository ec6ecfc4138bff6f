// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";

/** The preload that every cell starts with: `node --require <preloadPath> …`. Made by `build.mjs` at set-up. */
export const preloadPath: string = fileURLToPath(new URL("../dist/preload.cjs", import.meta.url));

/** The harness of `cordon serve`: `node … <servePath> /path/to/app/entry`. Made by `build.mjs` at set-up. */
export const servePath: string = fileURLToPath(new URL("../dist/serve.cjs", import.meta.url));
