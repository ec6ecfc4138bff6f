// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

const text = readFileSync(process.argv[2], "utf8");
console.log(`${text.split("\n").length} lines`);
