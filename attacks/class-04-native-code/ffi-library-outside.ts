// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A grant of ffi loads no library that is not granted as an addon, though it may be read",
  proof: "word",
  version: { node: "node-26-10-0", flags: () => [] },
  grants: (site) => ["--allow-ffi", `--allow-fs-read=${site.native.library}`],
  refusals: ["ERR_FFI_LIBRARY_LOAD_FAILED", "ERR_DLOPEN_FAILED", "ERR_FFI_CALL_FAILED"],
  program: (cell) => {
    const ffi = (require as unknown as (name: string) => { dlopen(path: string, symbols: object): object })(
      "node:ffi",
    );
    ffi.dlopen(cell.library, {});
    return "loaded";
  },
};
