// SPDX-License-Identifier: Apache-2.0
import { createRequire } from "node:module";
import type { Site } from "./attack.ts";
import type { Native } from "./inside.ts";

type RawArgument = Parameters<Native["call"]>[1];

/** The addon for raw calls, on the host's side: for canaries that Node has no function for. */
export function hostNative(site: Site): {
  call: (name: string, ...rest: RawArgument[]) => number;
  peek: Native["peek"];
} {
  const native = createRequire(import.meta.url)(site.native.addon) as Native;
  return {
    call: (name, ...rest) => {
      const result = native.call(native.numbers[name] ?? -1, ...rest);
      if (result < 0) throw new Error(`Expected ${name} to work on the host, got errno ${-result}`);
      return result;
    },
    peek: native.peek,
  };
}
