// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "Granted WASI opens no directory that is not granted to be read and written",
  proof: "word",
  grants: () => ["--allow-wasi"],
  refusals: ["UVWASI_ENOENT", "UVWASI_EACCES"],
  program: (cell) => {
    const { WASI }: typeof import("node:wasi") = require("node:wasi");
    new WASI({ version: "preview1", preopens: { "/": cell.outside } });
    return "opened";
  },
};
