// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { join } from "node:path";
import { withoutUserNamespaces } from "../harness/spoilt-host.ts";

export const hostile: Attack = {
  claim: "Where user namespaces are disabled, `cordon serve` refuses and says what to do",
  proof: "word",
  within: withoutUserNamespaces,
  mustNotStart: /max_user_namespaces/,
  survivesFor: 6000,
  command: (site) => ["serve", `--data=${join(site.granted, "data")}`, "--listen=127.0.0.1:0"],
  program: () => "the program ran",
};
