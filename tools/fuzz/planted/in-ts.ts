// SPDX-License-Identifier: Apache-2.0
import type { Planted } from "./plant.ts";

/** On the host's side. Of each fuzzer, the first is tried in every test. */
export const plantedInTs: readonly Planted[] = [
  {
    fuzzer: "status",
    file: "packages/cell/src/status-line.ts",
    from: "isTooLong = true;",
    to: "",
  },
  {
    fuzzer: "status",
    file: "packages/cell/src/status-line.ts",
    from: "Number.isSafeInteger(value) && ",
    to: "",
  },
  {
    fuzzer: "status",
    file: "packages/cell/src/status-line.ts",
    from: "[\\p{C}\\p{Zl}\\p{Zp}\\\\]",
    to: "[\\p{Cc}\\p{Zl}\\p{Zp}\\\\]",
  },
  {
    // This one was there: half a character in a reason ended the host.
    fuzzer: "drops",
    file: "packages/cell/src/narrower.ts",
    from: "return word;",
    to: "return encodeURIComponent(reason.slice(0, 400)).slice(0, 500);",
  },
  {
    fuzzer: "drops",
    file: "packages/cell/src/narrower.ts",
    from: "if (next.length > LONGEST_REASON) break;",
    to: "",
  },
  {
    fuzzer: "channel",
    file: "packages/cell/src/connections.ts",
    from: " && message !== null",
    to: "",
  },
  {
    fuzzer: "channel",
    file: "packages/cell/src/connections.ts",
    from: "if (pending === undefined || pending.isAnswered) handle",
    to: "if (pending?.isAnswered) handle",
  },
  {
    fuzzer: "told",
    file: "packages/cli/src/run/denials.ts",
    from: "refused ${printable(event.scope)}",
    to: "refused ${event.scope}",
  },
  {
    fuzzer: "told",
    file: "packages/policy/src/learn/question.ts",
    from: ".test(name) ? name : undefined",
    to: ".test(name) || name !== '' ? name : undefined",
  },
  {
    fuzzer: "log",
    file: "packages/server/src/observe/lines.ts",
    from: "piece.subarray(0, this.#longest - this.#length)",
    to: "piece.subarray(0, this.#longest)",
  },
  {
    fuzzer: "log",
    file: "packages/server/src/observe/escape.ts",
    from: "\\u2028-\\u202e",
    to: "\\u2028-\\u202d",
  },
];
