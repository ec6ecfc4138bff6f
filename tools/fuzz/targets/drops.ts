// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { planFor } from "../../../packages/cell/src/plan-for.ts";
import { Narrower } from "../../../packages/cell/src/narrower.ts";
import { type AccessRequest, decide, mergePolicies, parseGrantFlags } from "@cordon/policy";
import type { Plan } from "@cordon/walls";
import type { Target } from "../target.ts";

const LONGEST_LINE = 16_384; // NARROW_MAX_LINE in jail/src/narrow/narrow.h
const LONGEST_WORD = 511; // what the supervisor reads of a refusal
const directory = import.meta.dirname;
const flags = [
  `--allow-fs-read=${directory}`,
  "--allow-net=10.0.0.0/8:80",
  "--allow-env=HOME",
  "--allow-run=/bin/sh",
  "--allow-sys=hostname",
];
const questions: readonly AccessRequest[] = [
  { scope: "fs.read", path: `${directory}/status.ts` },
  { scope: "fs.read", path: "/etc/passwd" },
  { scope: "env", name: "HOME" },
  { scope: "env", name: "PATH" },
];

let plan: Promise<Plan> | undefined;

const PATIENCE_MS = 2000;

/** The supervisor's side, which does all that it is told. */
function supervised(cell: Plan): {
  readonly narrower: Narrower;
  readonly sent: readonly string[];
  answer(request: number): Promise<void>;
} {
  const sent: string[] = [];
  const answered = new Map<number, () => void>();
  const narrower = new Narrower(cell, (line) => {
    sent.push(line);
    const [, id, done, refused] = /^(?:narrow done (\d+) (\d+)|refuse (\d+) )/.exec(line) ?? [];
    if (id !== undefined) narrower.take({ event: "narrowed", id: Number(id), errno: "", resource: "" });
    answered.get(Number(done ?? refused))?.();
  });
  const answer = async (request: number): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const deadline = setTimeout(
      () => reject(new Error(`Nobody has answered request ${request}`)),
      PATIENCE_MS,
    );
    answered.set(request, resolve);
    await promise.finally(() => clearTimeout(deadline));
  };
  return { narrower, sent, answer };
}

/** What a program gives up, a request a line: scope and reference, as they come in the supervisor's report. */
export const drops: Target = {
  name: "drops",
  sources: [
    "cell/src/narrower.ts",
    "cell/src/narrow-steps.ts",
    "policy/src/narrow.ts",
    "policy/src/net-values.ts",
    "policy/src/path-values.ts",
  ],
  inputs: 1000,
  corpus: [
    Buffer.from(`fs.read ${encodeURIComponent(directory)}\nenv HOME\nnet.connect 10.0.0.0%2F9\n`),
    Buffer.from("net.connect 10.1.2.3:80\nrun %2Fbin%2Fsh\nsys hostname\nworker\nfs.write\n"),
    Buffer.from("net.listen 80\nnet.unix %2Frun%2F*\nfs.read %2Fetc%2Fé%F0%9F%98%80\nno.scope x\n"),
    Buffer.from(
      `net.connect ${"%F0%9F%98%80".repeat(100)}\nsys ${"%F0%9F%98%80".repeat(40)}\nnet.connect ${"a".repeat(300)}.%F0%9F%98%80\n`,
    ),
  ],
  tokens: [
    "fs.read ",
    "fs.write ",
    "net.connect ",
    "net.unix ",
    "env ",
    "run ",
    "addon ",
    "sys ",
    "%2F",
    "%00",
    "%F0%9F%98%80",
    "%ED%A0%80",
    "%",
    "*",
    "..",
    "/",
    "10.0.0.1",
    "::1",
    ":80",
    "udp://",
    "public",
    "_".repeat(397),
  ],
  async run(input) {
    plan ??= planFor({
      entry: `${directory}/status.ts`,
      policy: mergePolicies(parseGrantFlags(flags, { directory }).document),
    });
    const { narrower, sent, answer } = supervised(await plan);
    const before = questions.map((question) => decide(narrower.policy, question).granted);
    const requests = input.toString("latin1").split("\n").slice(0, 12);
    let asked = 0;
    for (const [index, line] of requests.entries()) {
      const [scope = "", reference = ""] = line.split(" ");
      // As the supervisor lets them through.
      if (!/^[a-z.]{1,15}$/.test(scope) || !/^[!-~]*$/.test(reference) || /["\\]/.test(reference)) continue;
      const answered = answer(index + 1);
      narrower.answer({ event: "drop", request: index + 1, scope, reference });
      asked++;
      await answered;
    }
    for (const line of sent) {
      assert.match(line, /^(?:narrow|refuse) [ -~]+$/, "a line that is none");
      assert.ok(line.length < LONGEST_LINE, "a line that is too long");
      const word = /^refuse \d+ (.*)$/.exec(line)?.[1];
      if (word !== undefined)
        assert.ok(
          word.length > 0 && word.length <= LONGEST_WORD && decodeURIComponent(word).length > 0,
          "a reason that cannot be read",
        );
    }
    questions.forEach((question, index) => {
      assert.ok(
        before[index] === true || !decide(narrower.policy, question).granted,
        `${question.scope} was given`,
      );
    });
    narrower.close();
    return asked > 0;
  },
};
