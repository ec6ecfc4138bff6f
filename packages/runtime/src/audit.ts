// SPDX-License-Identifier: Apache-2.0
// Loaded beside the preload under `cordon run --audit`: holds what the program asks against a second policy, and tells
// what that would have refused and what the walls have. It decides nothing.
import { type AccessRequest, decide, isReservedVariable, type Policy } from "@cordon/policy";
import { subscribe } from "node:diagnostics_channel";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";
import { DENIED_CHANNEL, type DeniedMessage } from "./channels.ts";
import { whereItLeads } from "./fs/paths.ts";
import { observeConnections } from "./observe/connections.ts";
import { observeEngine } from "./observe/engine.ts";
import { observeEnvironment } from "./observe/environment.ts";
import { observeFiles } from "./observe/files.ts";
import { observeMachine } from "./observe/machine.ts";
import { observePrograms } from "./observe/programs.ts";
import { createTally } from "./observe/tally.ts";
import { framesNow, framesOf } from "./observe/trace.ts";
import { withOwnBuiltins } from "./pristine.ts";

const OWN = __dirname;
const MOST_ASKED = 1024;

/**
 * Begins the audit. Called when the walls of the runtime stand, before the program.
 *
 * @param policies the one that is enforced, and the one to hold uses against; without it refusals alone are told
 */
export function startAudit(policies: {
  readonly enforced: Policy;
  readonly audited: Policy | undefined;
}): void {
  const count = createTally();
  const { enforced, audited } = policies;
  /** Where what was refused had been asked for. */
  const asked = new Map<string, readonly string[]>();
  subscribe(DENIED_CHANNEL, (message) => {
    const { scope, resource, stack } = message as DeniedMessage;
    withOwnBuiltins(() => {
      const own = framesOf(stack, OWN);
      // The kernel's refusal of a connection comes back without the stack that asked for it.
      count({ kind: "refused", scope, resource, frames: own.length > 0 ? own : (asked.get(resource) ?? []) });
    });
  });
  observeConnections(watch, () => withOwnBuiltins(() => framesNow(OWN)));
  if (audited === undefined) {
    syncBuiltinESMExports();
    return;
  }
  const program = process.argv[1] === undefined ? "" : resolve(process.argv[1]);

  function watch(request: AccessRequest, frames?: readonly string[]): void {
    withOwnBuiltins(() => {
      const refused = decideOn(enforced, request);
      // What is refused already is told as that.
      if (refused !== undefined) {
        if (asked.size < MOST_ASKED) asked.set(refused.resource, frames ?? framesNow(OWN));
        return;
      }
      const decision = decideOn(audited, request);
      if (decision === undefined) return;
      const { scope, resource } = decision;
      count({ kind: "audit", scope, resource, frames: frames ?? framesNow(OWN) });
    });
  }
  // The program's own file is every program's.
  observeFiles(({ scope, path }) => {
    if (path !== program && !path.startsWith(OWN)) watch({ scope, path });
  });
  observePrograms((file) => watch({ scope: "run", program: file }));
  const sink = (kind: string, resource: string): void => {
    if (kind === "sys") watch({ scope: "sys", name: resource });
    else if (kind === "env" && !isReservedVariable(resource)) watch({ scope: "env", name: resource });
    else if (kind === "addon") watch({ scope: "addon", path: resource });
    else if (kind === "worker" || kind === "wasi" || kind === "ffi" || kind === "inspector")
      watch({ scope: kind });
  };
  observeMachine(sink);
  observeEngine(sink);
  syncBuiltinESMExports();
  observeEnvironment(sink, []);
}

/** The refusal of a policy, of a path by its text and by what it leads to; undefined if it grants either and denies none. */
function decideOn(
  policy: Policy | undefined,
  request: AccessRequest,
): { readonly scope: string; readonly resource: string } | undefined {
  if (policy === undefined) return undefined;
  const first = decide(policy, request);
  if (!("path" in request)) return first.granted ? undefined : first.denial;
  const second = decide(policy, { scope: request.scope, path: whereItLeads(request.path) });
  const denied = [first, second].find((each) => !each.granted && each.rule !== undefined);
  if (denied !== undefined && !denied.granted) return denied.denial;
  return first.granted || second.granted ? undefined : first.denial;
}
