// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "./errors.ts";
import { emptyGrants, freezeGrants } from "./grants.ts";
import type { PathRule, Policy, PolicyDocument } from "./types.ts";

const FLAG = "--safe-mode";

/**
 * What `--safe-mode` grants: the program's own directory, to read and to write. All else is as without it: no unix
 * sockets, no subprocess, no native code, and so no kill, chdir or set*id either.
 *
 * @param directory the program's, absolute and without links
 * @throws CordonError ERR_GRANT_INVALID if that is the root directory
 */
export function safeModeDocument(directory: string): PolicyDocument {
  if (directory === "/") throw refusal("Expected the program to lie in a directory of its own, got /.");
  const rule: PathRule = Object.freeze({ path: directory, optional: false, origin: FLAG });
  const allow = emptyGrants();
  allow["fs.read"].push(rule);
  allow["fs.write"].push(rule);
  return Object.freeze({
    allow: freezeGrants(allow),
    deny: freezeGrants(emptyGrants()),
    limits: Object.freeze({}),
  });
}

/**
 * Refuses grants that would make safe mode another one, wherever they are written.
 *
 * @throws CordonError ERR_GRANT_INVALID, with the flag or the place in the file that has the grant
 */
export function checkSafeMode(policy: Policy, directory: string): void {
  const outside = [...policy["fs.read"].allow, ...policy["fs.write"].allow].find(({ path }) => {
    return path !== directory && !path.startsWith(`${directory}/`);
  });
  if (outside !== undefined)
    throw refusal(`Expected no grant of files outside ${directory} beside it, got ${outside.origin}.`);
  for (const scope of ["run", "addon", "net.unix"] as const) {
    const [rule] = policy[scope].allow;
    if (rule !== undefined) throw refusal(`Expected no grant of ${scope} beside it, got ${rule.origin}.`);
  }
  if (policy.ffi) throw refusal("Expected no grant of ffi beside it, got one.");
}

function refusal(problem: string): CordonError<"ERR_GRANT_INVALID"> {
  return new CordonError("ERR_GRANT_INVALID", { flag: FLAG, problem }, { path: FLAG });
}
