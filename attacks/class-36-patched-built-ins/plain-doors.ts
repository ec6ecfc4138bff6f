// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "Without anything patched, the doors of this class are shut",
  () => {},
);
