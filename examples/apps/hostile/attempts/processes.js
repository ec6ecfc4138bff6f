// SPDX-License-Identifier: Apache-2.0
import { execFileSync, fork, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { open } from "node:inspector";
import { Worker } from "node:worker_threads";

/** What should not be started, loaded, stopped or learnt. */
export const processes = {
  "read a secret from the environment": ({ secretVariable }) => process.env[secretVariable],
  "read the host's environment": ({ hostPid }) => readFileSync(`/proc/${hostPid}/environ`, "utf8"),
  "spawn sh": () => execFileSync("/bin/sh", ["-c", "id"], { encoding: "utf8" }),
  "spawn by the raw binding": () => {
    const { status, error } = process.binding("spawn_sync").spawn({
      file: "/bin/sh",
      args: ["sh", "-c", "exit 7"],
      stdio: [{ type: "ignore" }, { type: "ignore" }, { type: "ignore" }],
    });
    if (error) throw Object.assign(new Error("spawn"), { code: error });
    return status;
  },
  "fork Node": () => fork(import.meta.filename).pid,
  "become another program": () => process.execve("/bin/sh", ["sh", "-c", "true"]),
  "run Node from /proc": () => {
    const { error, status } = spawnSync("/proc/self/exe", ["--version"]);
    if (error) throw error;
    return status;
  },
  "load a native library": () => {
    try {
      process.dlopen({ exports: {} }, "libm.so.6");
    } catch (error) {
      // It was loaded, and its constructors have run; that it is no add-on comes too late.
      if (!error.message.includes("did not self-register")) throw error;
    }
    return "loaded";
  },
  "start a worker without the runtime's wall": () => {
    new Worker("", { eval: true, execArgv: ["--no-permission"] }).on("error", () => undefined);
    return "started";
  },
  "open the inspector": () => {
    open(0);
    return "open";
  },
  "kill the host": ({ hostPid }) => {
    process.kill(hostPid, "SIGKILL");
    return "killed";
  },
  "kill its parent": () => {
    process.kill(process.ppid || 1, "SIGKILL");
    return "killed";
  },
  "become root": () => {
    process.setuid(0);
    return "root";
  },
  "change its directory": () => {
    process.chdir("/");
    return process.cwd();
  },
};
