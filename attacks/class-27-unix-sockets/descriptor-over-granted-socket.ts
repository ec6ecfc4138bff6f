// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "No descriptor leaves the cell over a granted unix socket, and no credentials but its own",
  proof: "word",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-unix=${values["granted"]}`],
  prepare: async (site) => {
    const granted = join(site.granted, "granted.sock");
    const server = createServer((socket) => socket.on("error", () => {}).resume());
    server.listen({ path: granted, writableAll: true });
    await once(server, "listening");
    return { values: { granted }, dispose: () => void server.close() };
  },
  program: (cell) => {
    const native = cell.native();
    const address = Buffer.from(`\x01\0${cell.text("granted")}\0`);
    const fd = cell.call("socket", 1, 1, 0);
    cell.setup(() => cell.call("connect", fd, address, address.length));
    const payload = Buffer.from("hello");
    const vector = Buffer.alloc(16);
    vector.writeBigUInt64LE(BigInt(native.address(payload)), 0);
    vector.writeBigUInt64LE(5n, 8);
    const message = (control: Buffer): Buffer => {
      const header = Buffer.alloc(64);
      header.writeBigUInt64LE(BigInt(native.address(vector)), 16);
      header.writeBigUInt64LE(1n, 24);
      header.writeBigUInt64LE(BigInt(native.address(control)), 32);
      header.writeBigUInt64LE(BigInt(control.length), 40);
      return header;
    };
    const control = (type: number, ...words: number[]): Buffer => {
      const bytes = Buffer.alloc(words.length > 2 ? 32 : 24);
      bytes.writeBigUInt64LE(BigInt(16 + words.length * 4), 0);
      bytes.writeInt32LE(1, 8); // SOL_SOCKET
      bytes.writeInt32LE(type, 12);
      words.forEach((word, index) => bytes.writeInt32LE(word, 16 + index * 4));
      return bytes;
    };
    const rights = control(1, 0);
    const credentials = control(2, process.pid, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
    for (const bytes of [rights, credentials]) {
      const header = message(bytes);
      const sendmsg = native.numbers["sendmsg"] ?? -1;
      if (native.call(sendmsg, fd, header, 0) >= 0) return "sent";
    }
    return cell.call("sendmsg", fd, message(rights), 0);
  },
};
