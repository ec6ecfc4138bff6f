// SPDX-License-Identifier: Apache-2.0
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { Prepared, Site } from "./attack.ts";
import { oldPackage } from "./versions.ts";

/** Lays vm2, and what it needs, into the granted directory's node_modules. Its version has published escapes. */
export function layVm2(site: Site): Prepared {
  const modules = join(site.granted, "node_modules");
  for (const name of ["vm2", "acorn", "acorn-walk"])
    cpSync(oldPackage(name), join(modules, name), { recursive: true });
  return { values: { vm2: join(modules, "vm2") } };
}
