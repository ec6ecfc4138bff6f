// SPDX-License-Identifier: Apache-2.0
// The program of a soaked cell: `program.cjs GROUND PORT WHAT`. If it can do anything outside of its walls, it leaves a
// mark there: whoever soaks looks for one.
const fs = require("node:fs");
const net = require("node:net");
const { spawn } = require("node:child_process");

const [ground, port, what] = process.argv.slice(2);

function attempt(name, act) {
  try {
    act();
    fs.writeFileSync(`${ground}/marks/${name}-${process.pid}`, "open");
  } catch {
    // As it should be.
  }
}

attempt("wrote", () => fs.writeFileSync(`${ground}/marks/wrote-${process.pid}`, "open"));
attempt("read", () => fs.readFileSync(`${ground}/outside/secret`));
net.connect(Number(port), "127.0.0.1").on("error", () => {});

if (what === "parent") {
  const child = [__filename, ground, port, "idle"];
  spawn(process.execPath, child, { detached: true, stdio: "ignore" }).on("error", () => {});
}
if (what === "listen") net.createServer((socket) => socket.end("served")).listen(3000);
if (what !== "brief") setInterval(() => {}, 1000);
