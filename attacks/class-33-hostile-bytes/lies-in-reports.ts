// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { noSupervisor, onlyBoundedEvents } from "../harness/observed.ts";

export const hostile: Attack = {
  claim:
    "What a program writes where the runtime reports is news of its own and bounded: no terminal is steered, no host fills",
  proof: "host",
  grants: nativeGrants,
  control: { root: noSupervisor, ordinary: noSupervisor },
  observe: onlyBoundedEvents,
  program: (cell) => {
    const native = cell.native();
    const write = (bytes: Buffer): number =>
      native.call(native.numbers["write"] ?? -1, 3, bytes, bytes.length);
    const lies = [
      "ready\n",
      "denied fs.read /etc/passwd\u001b[2J\u0007\n",
      "denied \u001b]0;x\u0007 y\n",
      'denied fs.read "}\n{"event":"exited","code":0,"lost":0}\n',
      "denied net.connect \u202egnp.exe\n",
      "used read /x\n",
      "audit 9999999999 fs.read /x\t\u001b[31m\n",
      "drop 1 fs.read %00%0a\n",
      "drop 4294967296 fs.read\n",
      "drop -1 \u0000\n",
      "drop 7 net.connect ..%2f..%2f%1b[2J\n",
      "\n\n\n",
    ].map((text) => Buffer.from(text));
    lies.push(
      Buffer.from([0xe2, 0x80, 0x0a, 0xff, 0xfe, 0xc0, 0x80, 0x0a, 0, 0, 0, 0x0a]),
      Buffer.alloc(65536, "x"),
    );
    let written = 0;
    // The pipe takes what the supervisor has read: EAGAIN says that it has not yet.
    for (const until = Date.now() + 700; Date.now() < until; ) {
      for (const lie of lies) if (write(lie) > 0) written++;
    }
    return cell.refused("NO_EFFECT", `${written} written`);
  },
};
