// SPDX-License-Identifier: Apache-2.0
// An app that does one thing without an end, and does it at its first request: which, and a port, are put in by bench/neighbours.ts.
const { spawn } = require("node:child_process");
const { createServer } = require("node:http");
const { connect } = require("node:net");
const { unlinkSync, writeFileSync, writeSync } = require("node:fs");

const [kind, port] = ["@kind@", Number("@port@")];

const noises = {
  spin() {
    for (;;);
  },
  forkBomb() {
    for (let count = 0; ; count++) {
      try {
        spawn(process.execPath, [__filename, "child"], { stdio: "ignore" }).on("error", () => {});
      } catch {}
      if (count % 64 === 0) return void setImmediate(noises.forkBomb);
    }
  },
  allocate() {
    // As much as there may be, over and over: beyond it the cell ends, and is started again.
    for (let kept = []; ; ) {
      kept.push(Buffer.alloc(4 << 20, 1));
      if (kept.length === 36) kept = [];
    }
  },
  flood() {
    const line = Buffer.from(`${"flood ".repeat(20)}\n`.repeat(500));
    for (let stream = 1; ; stream = 3 - stream) {
      try {
        writeSync(stream, line);
      } catch {}
    }
  },
  connections() {
    let open = 0;
    const more = () => {
      for (; open < 1000; open++) {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => {});
        socket.on("connect", () => setTimeout(() => socket.destroy(), 200));
        socket.on("close", () => {
          open--;
          setImmediate(more);
        });
      }
    };
    more();
  },
  disk() {
    const piece = Buffer.alloc(1 << 20, "x");
    for (let number = 0; ; number++) {
      try {
        writeFileSync(`/tmp/${number}`, piece);
      } catch {
        for (let each = 0; each <= number; each++) {
          try {
            unlinkSync(`/tmp/${each}`);
          } catch {}
        }
        number = 0;
      }
    }
  },
};

if (process.argv[2] === "child") noises.forkBomb();
else {
  createServer((_, response) => {
    response.end("begun", () => setImmediate(() => noises[kind]()));
  }).listen(3000);
}
