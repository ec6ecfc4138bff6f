// SPDX-License-Identifier: Apache-2.0
import type { CellFacts } from "../cell.ts";
import { accessDenied, denialOf, neverGranted, type ToldDenial } from "../denial.ts";
import { explainNodeRefusal } from "../explain.ts";
import type { FileGuard } from "../fs/guard.ts";
import { toAbsolutePath } from "../fs/paths.ts";
import type { PathFunction } from "../fs/table.ts";
import { get } from "../pristine.ts";
import { patchProcessFacts } from "./os.ts";
import { type Callable, replaceFunction } from "../replace.ts";

const READ: PathFunction = { uses: ["read"] };
const WRITE: PathFunction = { uses: ["write"] };
const IDENTITY = ["initgroups", "setegid", "seteuid", "setgid", "setgroups", "setuid"];
const INTERNALS = ["_debugEnd", "binding"];
const BEHIND = "it reaches behind Node's checks";

/** What a refusal is decided on: the arguments of the call. */
type Refuse = (args: readonly unknown[]) => ToldDenial | undefined;

/** `process`: what Node's permission model leaves open. */
export function patchProcess(cell: CellFacts, files: FileGuard): void {
  const { policy } = cell;
  const mayRun = (): boolean => policy.run.allow.length > 0;
  const own = process.pid;
  const guard = (name: string, refuse: Refuse): void => guardFunction(process, name, refuse);

  for (const name of IDENTITY) {
    guard(name, () =>
      neverGranted(`process.${name}()`, "a cell keeps the user and groups that it was started with"),
    );
  }
  for (const name of INTERNALS) {
    guard(name, () => neverGranted(`process.${name}()`, BEHIND));
  }
  guard("_linkedBinding", (args) => {
    const name = typeof args[0] === "string" ? args[0] : "";
    return { ...neverGranted("process._linkedBinding()", BEHIND), scope: "addon", named: name };
  });
  guard("chdir", (args) => {
    const unread = files.refuse(READ, [args[0]])?.denial;
    if (unread !== undefined || mayRun()) return unread;
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
      if (mayRun() || args[0] === own) return undefined;
      return neverGranted(
        `process.${name}(${String(args[0])})`,
        "a program may signal only itself unless it may run others",
      );
    });
  }
  guard("_debugProcess", () => (policy.inspector ? undefined : denialOf(policy, { scope: "inspector" })));
  guard("loadEnvFile", (args) => files.refuse(READ, [args[0] ?? ".env"])?.denial);

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
    guardFunction(report, "writeReport", (args) => refusalToWrite(files, args[0]));
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

/** Why Node must not write a file of its own; without a name it writes into the working directory. */
export function refusalToWrite(files: FileGuard, argument: unknown): ToldDenial | undefined {
  if (typeof argument === "string") return files.refuse(WRITE, [argument])?.denial;
  const denial = files.refuse(WRITE, ["."])?.denial;
  return denial === undefined ? undefined : { ...denial, named: denial.resource };
}
