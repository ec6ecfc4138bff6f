// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

const [name] = JSON.parse(readFileSync(new URL("names.json", import.meta.url), "utf8"));
console.log(`Hello, ${name}`);
