// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A mapping of a file that is only readable is not made executable afterwards",
  proof: "word",
  exceptions: [
    {
      walls: "-namespaces",
      reason:
        "V8 needs mprotect for its own code, and a filter does not see what lies behind an address; native code, which the policy grants here, is inside already",
    },
  ],
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.native.library}`],
  program: (cell) => {
    const { numbers, call } = cell.native();
    const fd = cell.setup(() => cell.call("openat", -100, cell.library, 0, 0));
    const readable = 1;
    const readAndExecute = 5;
    const at = cell.setup(() => {
      const address = call(numbers["mmap"] ?? -1, 0, 4096, readable, 2, fd, 0);
      return address < 0 && address > -4096 ? cell.check(address, "mmap") : address;
    });
    return cell.check(call(numbers["mprotect"] ?? -1, BigInt(at), 4096, readAndExecute), "mprotect");
  },
};
