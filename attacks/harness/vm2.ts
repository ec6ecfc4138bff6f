// SPDX-License-Identifier: Apache-2.0
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { Prepared, Site } from "./attack.ts";
import type { Inside } from "./inside.ts";
import { oldPackage } from "./versions.ts";

/**
 * Lays vm2, and what it needs, into the granted directory's node_modules. Its version has published escapes; what the
 * code in the sandbox gets hold of, the host's `process`, it gives to `take`.
 */
export function layVm2(site: Site, code: string): Prepared {
  const modules = join(site.granted, "node_modules");
  for (const name of ["vm2", "acorn", "acorn-walk"])
    cpSync(oldPackage(name), join(modules, name), { recursive: true });
  return { values: { vm2: join(modules, "vm2"), code } };
}

/** The program: runs the code in vm2's sandbox. It is carried over as text. */
export async function runInVm2(cell: Inside): Promise<string> {
  type Sandbox = new (options: object) => { run(code: string): unknown };
  const { VM } = require(cell.text("vm2")) as { VM: Sandbox };
  const found: unknown[] = [];
  const vm = new VM({ sandbox: { tell: (value: unknown) => void found.push(value), path: cell.secret } });
  const take =
    "const take = (process) => { try { tell(process.getBuiltinModule('fs').readFileSync(path, 'utf8')); } catch (error) { tell('refused ' + error.code); } };";
  try {
    vm.run(take + cell.text("code"));
  } catch {
    // What the sandbox makes of its own escape does not matter.
  }
  await cell.sleep(50);
  const said = found.map(String).find((text) => text.startsWith("refused "));
  if (said !== undefined) cell.refused(said.slice(8));
  return cell.loot(found.join());
}
