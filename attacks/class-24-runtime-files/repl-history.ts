// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "The history of a REPL is not written outside",
  proof: "outside",
  program: async (cell) => {
    const { start }: typeof import("node:repl") = require("node:repl");
    const { PassThrough }: typeof import("node:stream") = require("node:stream");
    const repl = start({ input: new PassThrough(), output: new PassThrough(), terminal: true });
    await new Promise<void>((resolve, reject) => {
      repl.setupHistory(`${cell.outside}/history`, (error) => (error === null ? resolve() : reject(error)));
    });
    return cell.refused("NO_EFFECT");
  },
};
