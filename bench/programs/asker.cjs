// SPDX-License-Identifier: Apache-2.0
// asker PORT: for each line `new N` or `kept N` on its input asks an HTTP server N times, one after the other, over a new
// connection each time or over one, and prints the nanoseconds of a request.
const http = require("node:http");
const { createInterface } = require("node:readline");

const port = Number(process.argv[2]);
const agents = {
  new: new http.Agent({ keepAlive: false }),
  kept: new http.Agent({ keepAlive: true, maxSockets: 1 }),
};

function ask(agent) {
  return new Promise((resolve, reject) => {
    http
      .get({ host: "127.0.0.1", port, agent }, (response) => response.resume().on("end", resolve))
      .on("error", reject);
  });
}

async function main() {
  for await (const line of createInterface(process.stdin)) {
    const [how, count] = line.split(" ");
    const begun = process.hrtime.bigint();
    for (let left = Number(count); left > 0; left--) await ask(agents[how]);
    console.log(Number(process.hrtime.bigint() - begun) / Number(count));
  }
}
void main();
