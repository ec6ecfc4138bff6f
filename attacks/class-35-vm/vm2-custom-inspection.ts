// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { layVm2, runInVm2 } from "../harness/vm2.ts";

const escape = `
  const inspect = Symbol.for("nodejs.util.inspect.custom");
  const object = {
    [inspect]: (depth, options, inspector) => {
      inspector.constructor("return process")().nextTick;
      take(inspector.constructor("return process")());
    },
    valueOf: undefined,
    constructor: undefined,
  };
  WebAssembly.compileStreaming(object).catch(() => {});`;

export const hostile: Attack = {
  claim: "Who escapes from vm2 by a custom inspection (CVE-2023-37903) is still within the walls",
  proof: "secret",
  oldPackages: true,
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  prepare: (site) => layVm2(site, escape),
  program: runInVm2,
};
