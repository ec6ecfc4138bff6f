// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "An endless loop in WebAssembly ends with the time limit",
  proof: "word",
  endsSilently: true,
  survivesFor: 900,
  grants: () => ["--limit-wall-time=600ms"],
  program: () => {
    // (module (func (export "run") (loop br 0)))
    const text = "0061736d01000000010401600000030201000707010372756e00000a09010700034 00c000b0b";
    const module = new WebAssembly.Module(Buffer.from(text.replaceAll(" ", ""), "hex"));
    (new WebAssembly.Instance(module).exports["run"] as () => void)();
  },
};
