// SPDX-License-Identifier: Apache-2.0
import type { Denial } from "@cordon/policy";
import type { CellFacts } from "../cell.ts";
import { accessDenied, denialOf, neverGranted } from "../denial.ts";
import { explainNodeRefusal } from "../explain.ts";
import type { FileGuard } from "../fs/guard.ts";
import { toAbsolutePath } from "../fs/paths.ts";
import { get } from "../pristine.ts";
import { patchProcessFacts } from "./os.ts";
import { type Callable, replaceFunction } from "../replace.ts";

const IDENTITY = ["initgroups", "setegid", "seteuid", "setgid", "setgroups", "setuid"];
const INTERNALS = ["_debugEnd", "_linkedBinding", "binding"];

/** What a refusal is decided on: the arguments of the call. */
type Refuse = (args: readonly unknown[]) => Denial | undefined;

/** `process`: what Node's permission model leaves open. */
export function patchProcess(cell: CellFacts, files: FileGuard): void {
  const { policy } = cell;
  const mayRun = policy.run.allow.length > 0;
  const own = process.pid;
  const guard = (name: string, refuse: Refuse): void => guardFunction(process, name, refuse);

  for (const name of IDENTITY) {
    guard(name, () =>
      neverGranted(`process.${name}()`, "a cell keeps the user and groups that it was started with"),
    );
  }
  for (const name of INTERNALS) {
    guard(name, () => neverGranted(`process.${name}()`, "it reaches behind Node's checks"));
  }
  guard("chdir", () => {
    if (mayRun) return undefined;
    return neverGranted(
      "process.chdir()",
      "the working directory is fixed unless the program may run others",
    );
  });
  guard("execve", (args) =>
    denialOf(policy, { scope: "run", program: typeof args[0] === "string" ? args[0] : "*" }),
  );
  for (const name of ["kill", "_kill"]) {
    guard(name, (args) => {
      if (mayRun || args[0] === own) return undefined;
      return neverGranted(
        `process.${name}(${String(args[0])})`,
        "a program may signal only itself unless it may run others",
      );
    });
  }
  guard("_debugProcess", () => (policy.inspector ? undefined : denialOf(policy, { scope: "inspector" })));
  guard("loadEnvFile", (args) => files.refuse({ uses: ["read"] }, [args[0] ?? ".env"])?.denial);

  replaceFunction(process, "dlopen", (original, top) => (self, args) => {
    const path = toAbsolutePath(args[1]);
    const denial = path === undefined ? undefined : denialOf(policy, { scope: "addon", path });
    if (denial !== undefined) throw accessDenied(denial, top);
    try {
      return original(self, args);
    } catch (error) {
      explainNodeRefusal(policy, error);
      throw error;
    }
  });

  patchProcessFacts(process, cell);
  const report: unknown = get(process, "report");
  if (typeof report === "object" && report !== null) {
    guardFunction(
      report,
      "writeReport",
      (args) => files.refuse({ uses: ["write"] }, [fileOrHere(args[0])])?.denial,
    );
  }
}

/** Puts a refusal before a method; it runs as before where there is none. */
export function guardFunction(holder: object, name: string, refuse: Refuse): void {
  replaceFunction(
    holder,
    name,
    (original, top): Callable =>
      (self, args) => {
        const denial = refuse(args);
        if (denial !== undefined) throw accessDenied(denial, top);
        return original(self, args);
      },
  );
}

/** Without a name, Node writes its file into the working directory. */
export function fileOrHere(argument: unknown): unknown {
  return typeof argument === "string" ? argument : ".";
}
