// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { withoutUserNamespaces } from "../harness/spoilt-host.ts";

export const hostile: Attack = {
  claim: "Where user namespaces are disabled, Cell.start refuses and says what to do",
  proof: "word",
  within: withoutUserNamespaces,
  mustNotStart: /max_user_namespaces/,
  program: () => "the program ran",
  exceptions: [
    { walls: "-namespaces", reason: "the wall that is missing was taken away by name: that is asked for" },
  ],
};
