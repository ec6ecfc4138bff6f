// SPDX-License-Identifier: Apache-2.0
// An app with bad intentions. It is told by its caller where everything is that it should not reach (a real one
// would have to guess), tries to reach it, and reports how each attempt ended.
import { files } from "./attempts/files.js";
import { network } from "./attempts/network.js";
import { processes } from "./attempts/processes.js";

const attempts = { ...files, ...network, ...processes };

export default {
  async fetch(request) {
    if (request.method !== "POST") return new Response("POST the targets as JSON\n", { status: 405 });
    const targets = await request.json();
    const report = [];
    for (const [attempt, run] of Object.entries(attempts)) report.push(await tryOne(attempt, run, targets));
    return Response.json({ attempts: report });
  },
};

/** Runs one attempt. It succeeded if it returns anything at all. */
async function tryOne(attempt, run, targets) {
  try {
    const got = await Promise.race([run(targets), patience()]);
    if (got === undefined) return { attempt, outcome: "refused", code: "", message: "nothing there" };
    return { attempt, outcome: "succeeded", code: "", message: String(got).slice(0, 200) };
  } catch (error) {
    if (error === tooLong) return { attempt, outcome: "no answer", code: "", message: "nothing within 3 s" };
    const { code = error.name, message } = error;
    return {
      attempt,
      outcome: "refused",
      code: String(code),
      message: String(message).split("\n")[0].slice(0, 300),
    };
  }
}

const tooLong = Symbol("too long");

function patience() {
  return new Promise((_resolve, reject) => setTimeout(reject, 3000, tooLong).unref());
}
