// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { hostname, release } from "node:os";

export const hostile: Attack = {
  claim: "uname(2) tells native code neither the machine's name nor the kernel's release",
  proof: "word",
  grants: nativeGrants,
  prepare: () => ({ values: { hostname: hostname(), release: release() } }),
  exceptions: [
    {
      walls: "-filters",
      reason:
        "no namespace changes the kernel's release: only the supervisor can answer for it. The name is the cell's own all the same",
    },
  ],
  program: (cell) => {
    const facts = Buffer.alloc(390);
    cell.call("uname", facts);
    const texts = facts.toString("latin1").split("\0");
    const found = [cell.text("hostname"), cell.text("release")].filter((text) => texts.includes(text));
    if (found.length === 0) cell.refused("NO_EFFECT");
    return found.join(", ");
  },
};
