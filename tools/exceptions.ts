// SPDX-License-Identifier: Apache-2.0
// `node tools/exceptions.ts` renews the table of exceptions in SECURITY.md from what the attacks declare.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadAttacks } from "../attacks/harness/catalogue.ts";
import { exceptionsTable, replaceTable } from "./checks/security.ts";

const path = join(dirname(import.meta.dirname), "SECURITY.md");
writeFileSync(path, replaceTable(readFileSync(path, "utf8"), exceptionsTable(await loadAttacks())));
