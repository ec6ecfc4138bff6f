// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "An inspector session reaches no file through the engine",
  proof: "secret",
  refusals: ["ERR_INSPECTOR_COMMAND", "ERR_INSPECTOR_NOT_AVAILABLE"],
  program: async (cell) => {
    const { Session }: typeof import("node:inspector/promises") = require("node:inspector/promises");
    const session = new Session();
    session.connect();
    const expression = `process.getBuiltinModule("node:fs").readFileSync(${JSON.stringify(cell.secret)}, "utf8")`;
    const { result, exceptionDetails } = await session.post("Runtime.evaluate", { expression });
    const thrown = /[A-Z_]{5,}/.exec(exceptionDetails?.exception?.description ?? "")?.[0];
    if (thrown !== undefined) cell.refused(thrown);
    return cell.loot(String(result.value));
  },
};
