// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "However a node:vm context reaches the main one, what it finds there is within the walls",
  proof: "secret",
  program: async (cell) => {
    const vm = cell.node("node:vm");
    const from = "constructor.constructor('return process')()";
    const codes: string[] = [];
    const escapes: Record<string, () => unknown> = {
      "an object that was handed in": () => vm.runInNewContext(`given.${from}`, { given: {} }),
      "a function that was handed in": () => vm.runInNewContext(`given.${from}`, { given: () => {} }),
      "what a function returns": () => vm.runInNewContext(`given().${from}`, { given: () => [] }),
      "an error that is thrown in": () =>
        vm.runInNewContext(`try { given() } catch (error) { error.${from} }`, {
          given: () => {
            throw new Error("on purpose");
          },
        }),
      "a context without a prototype": () =>
        vm.runInNewContext(`given.${from}`, Object.assign(Object.create(null), { given: new Map() })),
      "a caller": () =>
        vm.runInNewContext("(function () { return arguments.callee.caller })", {})() ??
        vm.runInNewContext(`this.${from}`, {}),
      "a stack's call sites": () =>
        vm.runInNewContext(
          "Error.prepareStackTrace = (_, sites) => sites; const seen = new Error().stack; given.constructor.constructor('return process')()",
          { given: {} },
        ),
      "a promise": async () =>
        vm.runInNewContext(`given.then((value) => value.${from})`, { given: Promise.resolve({}) }),
      compileFunction: () => vm.compileFunction("return process", [], {})(),
      "a script in this context": () => new vm.Script("process").runInThisContext(),
    };
    for (const [name, escape] of Object.entries(escapes)) {
      try {
        const escaped = (await escape()) as NodeJS.Process;
        return `by ${name}: ${cell.loot(escaped.getBuiltinModule("node:fs").readFileSync(cell.secret))}`;
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused(codes[0] ?? "EACCES", codes.join());
  },
};
