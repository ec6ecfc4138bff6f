// SPDX-License-Identifier: Apache-2.0
import type { Scope } from "./types.ts";

interface ErrorEntry {
  /** `{name}` marks what the thrower fills in. */
  readonly message: string;
  /** The HTTP status where the error leaves through the API. */
  readonly status: number;
  /** What the reader can do about it. */
  readonly remedy: string;
}

/**
 * The register of all error codes. Append only: a code that was published keeps its meaning.
 * After an addition, run `node packages/policy/test/published.ts` to renew docs/errors.md.
 */
export const errorRegister = {
  ERR_POLICY_INVALID: {
    message: "{where}: {problem}",
    status: 400,
    remedy:
      "Correct the policy at the place that the message names. docs/permissions.md lists what each scope takes.",
  },
  ERR_GRANT_INVALID: {
    message: "{flag}: {problem}",
    status: 400,
    remedy: "Correct the flag. docs/permissions.md lists the flags, with an example of each.",
  },
  ERR_GRANT_UNKNOWN: {
    message: "{flag} is not a known flag.{suggestion}",
    status: 400,
    remedy: "Use a flag of docs/permissions.md. Flags for the program itself come after its name.",
  },
  ERR_ACCESS_DENIED: {
    message: "{explanation}",
    status: 403,
    remedy: "If the program should have this access, add the grant that the message names.",
  },
  ERR_GRANT_MISSING_PATH: {
    message: "{origin}: {path} does not exist.",
    status: 400,
    remedy: 'Create the path, correct the grant, or write it with "optional": true in a policy file.',
  },
  ERR_CELL_START: {
    message: "The cell did not start: {step}: {problem}",
    status: 503,
    remedy: "Run `cordon doctor`: it says what this host lacks, and how to provide it.",
  },
  ERR_OPTION_INVALID: {
    message: "Expected {option} to be {expected}, got {got}.",
    status: 400,
    remedy: "Correct the option. docs/server.md lists the host's options with their units.",
  },
  ERR_STORE_IN_USE: {
    message: "{file} is in use by another host.",
    status: 503,
    remedy: "Stop the other `cordon serve`, or give this one a data directory of its own (--data).",
  },
  ERR_STORE_NEWER: {
    message: "{file} has layout {have}; this version of Cordon knows layouts up to {known}.",
    status: 500,
    remedy: "Run the newer Cordon that wrote it, or restore the copy made before the upgrade.",
  },
  ERR_TOKEN_FILE: {
    message: "The admin token in {file} cannot be used: {reason}.",
    status: 500,
    remedy:
      "Run `chmod 600` on the file if its content is yours; otherwise remove it: the next start makes a new token.",
  },
  ERR_LISTEN: {
    message: "The host could not listen on {address}: {reason}.",
    status: 500,
    remedy: "Free the address, or name another one with --listen.",
  },
  ERR_UNAUTHORIZED: {
    message: "Expected the header `Authorization: Bearer <admin token>`, got {got}.",
    status: 401,
    remedy:
      "Send the admin token. The host prints it at its first start and keeps it in admin-token in its data directory.",
  },
  ERR_ROUTE_NOT_FOUND: {
    message: "There is nothing at {method} {path}.",
    status: 404,
    remedy: "docs/server.md lists the routes.",
  },
  ERR_REQUEST_INVALID: {
    message: "The request cannot be used: {reason}.",
    status: 400,
    remedy: "Correct the request. docs/server.md shows each with an example.",
  },
  ERR_NAME_INVALID: {
    message:
      "Expected the {kind}'s name to be 1 to 63 of a-z, 0-9 and hyphen, the first no hyphen, got {value}.",
    status: 400,
    remedy: "Choose a name of lower-case letters, digits and hyphens that begins with a letter or a digit.",
  },
  ERR_MEDIA_TYPE: {
    message: "Expected a body of type {expected}, got {got}.",
    status: 415,
    remedy: "Set Content-Type to what the body is.",
  },
  ERR_BODY_TOO_LARGE: {
    message: "The body is larger than {limit} bytes.",
    status: 413,
    remedy: "Send less, or have the operator raise the host's limit.",
  },
  ERR_TENANT_NOT_FOUND: {
    message: "There is no tenant {tenant}.",
    status: 404,
    remedy: "Make it with PUT /v1/tenants/:tenant.",
  },
  ERR_APP_NOT_FOUND: {
    message: "There is no app {tenant}/{app}.",
    status: 404,
    remedy: "Make it with PUT /v1/tenants/:tenant/apps/:app.",
  },
  ERR_POLICY_EXCEEDS: {
    message: "{inner} asks for more than {outer} grants: {grants}.",
    status: 403,
    remedy: "Take these grants out, or have the outer policy widened first.",
  },
  ERR_BUNDLE_INVALID: {
    message: "The bundle cannot be used: {entry}: {reason}.",
    status: 422,
    remedy:
      "Pack the app's directory itself, with files, directories and links within it: `tar -czf app.tar.gz -C app .`",
  },
  ERR_BUNDLE_TOO_LARGE: {
    message: "The bundle has more than {limit} {unit}.",
    status: 413,
    remedy: "Leave out what the app does not need to run, or have the operator raise the host's limit.",
  },
  ERR_STORE_FULL: {
    message:
      "The host has no room for what was to be kept ({reason}); none of it was, and all else is there.",
    status: 507,
    remedy: "Make room on the disk of the data directory, or raise its quota, and send it again.",
  },
  ERR_BUNDLE_MISSING: {
    message: "The bundle {digest} is not in the store.",
    status: 500,
    remedy: "Upload the app again.",
  },
  ERR_ENTRY_MISSING: {
    message: "The bundle has no file to run: expected {expected}.",
    status: 422,
    remedy: "Name the file in package.json's `main`, or call it index.js, server.js or app.js.",
  },
  ERR_APP_UNAVAILABLE: {
    message: "The app {tenant}/{app} is not running: {state}.",
    status: 503,
    remedy: "Try again after the time in Retry-After. Its owner sees why in …/events and …/logs.",
  },
  ERR_APP_BUSY: {
    message: "The app {tenant}/{app} has {limit} requests under way, as many as one app may have.",
    status: 503,
    remedy: "Try again after the time in Retry-After, or have the operator raise the host's limit.",
  },
  ERR_APP_TIMEOUT: {
    message: "The app {tenant}/{app} did not begin to answer within {limit} ms.",
    status: 504,
    remedy: "Answer sooner, for example with the headers first, or have the operator raise the host's limit.",
  },
  ERR_APP_ANSWER: {
    message: "The app {tenant}/{app} gave no answer that can be passed on: {reason}.",
    status: 502,
    remedy: "Its owner sees in …/events and …/logs whether it ended or what it sent.",
  },
  ERR_INTERNAL: {
    message: "The host failed. Nothing in the request is to blame.",
    status: 500,
    remedy: "The operator finds the cause in the host's own output.",
  },
  ERR_USAGE: {
    message: "{problem}",
    status: 400,
    remedy: "Run `cordon help`: it lists the commands and their options.",
  },
  ERR_QUESTION_INVALID: {
    message: "Cannot answer `{question}`: {problem}",
    status: 400,
    remedy:
      "Ask about ./a/path, host:port, run:PROGRAM, env:NAME or any SCOPE:VALUE. docs/cli.md shows an example of each.",
  },
  ERR_PROGRAM_NOT_FOUND: {
    message: "Expected a program, got `{name}`: there is no such file{looked}.",
    status: 404,
    remedy: "Correct the name, or install the package that has it with `npm install`.",
  },
  ERR_PROGRAM_NOT_EXECUTABLE: {
    message: "{path} is no script for Node: Cordon runs Node.js programs.",
    status: 400,
    remedy: "Name the script that starts it, and grant the native program with --allow-run.",
  },
  ERR_INTEGRITY: {
    message: "{origin}: {path} has the hash {got}, and {expected} was pinned.",
    status: 400,
    remedy: "Find out who changed the file. If the change is wanted, pin the new hash.",
  },
  ERR_INTEGRITY_MISSING: {
    message: "{origin}: {path} is not there, and {expected} was pinned.",
    status: 400,
    remedy: "Bring the file back, or take it out of `integrity`.",
  },
  ERR_INTEGRITY_UNLISTED: {
    message: "{origin}: {path} is not pinned, and every file of {directory} has to be.",
    status: 400,
    remedy: "Find out where the file comes from. If it belongs there, `cordon integrity --write` pins it.",
  },
  ERR_DENY_MISSING_PATH: {
    message:
      "{origin}: {path} does not exist, and lies in a granted directory: without the filters' wall, or to be run or mapped, a denial needs something to cover.",
    status: 400,
    remedy:
      "Keep the filters' wall, create the path, deny its directory, or grant less than the directory that it would be in.",
  },
  ERR_NOT_ENFORCEABLE: {
    message: "{origin}: {what} cannot be enforced.",
    status: 400,
    remedy: "Write the rule by address, CIDR and port, and keep the filters' wall.",
  },
  ERR_PLAN_TOO_LARGE: {
    message: "{path} needs more than {limit} rules.",
    status: 400,
    remedy: "Grant the directories that are needed one by one, without denials inside.",
  },
  ERR_WALL_UNAVAILABLE: {
    message: "The wall `{wall}` cannot stand on this host: {cause}.",
    status: 503,
    remedy: "Run `cordon doctor`, or take the wall away by name with --walls if you accept that.",
  },
  ERR_PARTLY_ENFORCEABLE: {
    message: "This host holds `{property}` only in part: {by}.",
    status: 503,
    remedy: "Run `cordon doctor`, or accept less with --accept.",
  },
  ERR_LIMIT_UNENFORCEABLE: {
    message: "The limit `{limit}` cannot be enforced on this host: {remedy}.",
    status: 503,
    remedy: "Run `cordon doctor`, or leave the limit out.",
  },
  ERR_NODE_UNUSABLE: {
    message: "{path} cannot run a program in a cell: {reason}.",
    status: 400,
    remedy: "Name the executable of a Node 20 or later with --node.",
  },
  ERR_GRANT_LINK: {
    message: "{origin}: {path} is a link to {real}, {why}.",
    remedy: "Name what it leads to instead, if that is meant; otherwise take the link away.",
    status: 400,
  },
  ERR_GRANT_UNREADABLE: {
    message: "{origin}: {path} cannot be looked at: {errno}.",
    status: 400,
    remedy: "Start the cell as a user who can reach the path, or correct the rule.",
  },
  ERR_DATA_DIRECTORY: {
    message: "The data directory {directory} cannot be used: {reason}.",
    status: 500,
    remedy: "Name a directory with --data that belongs to the user who runs the host, with room on its disk.",
  },
  ERR_DROP_INVALID: {
    message: "{scope} cannot be given up so: {problem}",
    status: 400,
    remedy:
      "Name a scope of docs/permissions.md, with a reference as its deny list takes it, or without one.",
  },
  ERR_DROP_NOT_ENFORCEABLE: {
    message: "{scope} cannot be given up while the program runs: {why}.",
    status: 409,
    remedy: "Deny it from the start, or keep all three walls.",
  },
  ERR_DROP_NOT_HELD: {
    message: "{scope} was not given up: {why}.",
    status: 409,
    remedy: "Give a path up that exists, and that no other process of the cell works in.",
  },
  ERR_LIMIT_EXCEEDED: {
    message: "The limit `{limit}` of {value} ended the program{where}: it came to {peak} (held by: {by}).",
    status: 503,
    remedy: "Have the program use less, or raise the limit. docs/limits.md says how each is measured.",
  },
  ERR_HEAP_EXHAUSTED: {
    message: "The program ended itself because it has filled V8's heap.",
    status: 503,
    remedy:
      "Have the program keep less. Where the policy limits memory, V8's heap is made for that: raise limits.memory.",
  },
  ERR_HOST_MEMORY: {
    message:
      "The kernel ended the program because the host has run out of memory, not for a limit of its own.",
    status: 503,
    remedy:
      "Give the host, or the cgroup that Cordon runs in, more memory; or set limits.memory so that no cell takes it all.",
  },
  ERR_CRASHED: {
    message: "The program crashed with {signal}.",
    status: 502,
    remedy:
      "Run it without Cordon: if it crashes there too, native code or Node itself is at fault. If not, look for what it was refused.",
  },
  ERR_FREEZE: {
    message: "The cell could not be frozen or thawed: {problem}.",
    status: 503,
    remedy: "Try again. A cell that has ended cannot be frozen.",
  },
  ERR_NOT_PORTABLE: {
    message: "{origin}: {what} does not carry over to {runtime}: {why}.",
    status: 400,
    remedy: "Leave it out, or run the program with `cordon run` alone. docs/oci.md says what carries over.",
  },
  ERR_RUNTIME_MISSING: {
    message: "{runtime} is not on PATH.",
    status: 503,
    remedy:
      "Install it (Debian, Ubuntu: the packages runc, crun, runsc), or name it by its path: --with=/usr/local/bin/runsc.",
  },
} as const;

type Register = typeof errorRegister;

/** Every code that Cordon's errors carry. */
export type CordonErrorCode = keyof Register;

type Placeholders<Message extends string> = Message extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** What the message template of a code asks its thrower to fill in. */
export type ErrorValues<Code extends CordonErrorCode> = Readonly<
  Record<Placeholders<Register[Code]["message"]>, string | number>
>;

/** The facts of an error as fields, so that nobody has to parse its text. */
export interface ErrorDetails {
  readonly scope?: Scope;
  readonly resource?: string;
  readonly grant?: string;
  /** Where in the input: a JSON path such as `/allow/fs.read/0`, or a flag. */
  readonly path?: string;
  readonly step?: string;
  readonly errno?: string;
  /** A limit's name, what it allows and what was come to, in its own unit. */
  readonly limit?: string;
  readonly value?: number;
  readonly peak?: number;
  /** Where the program was, as V8 prints a stack, the innermost frame first. Untrusted. */
  readonly at?: readonly string[];
  readonly remedy?: string;
}

/**
 * An error with a registered code.
 *
 * @example
 * throw new CordonError("ERR_CELL_START", { step: "mount", problem: "EPERM" }, { step: "mount", errno: "EPERM" });
 */
export class CordonError<Code extends CordonErrorCode = CordonErrorCode> extends Error {
  readonly code: Code;
  readonly status: number;
  readonly details: ErrorDetails;

  constructor(code: Code, values: ErrorValues<Code>, details: ErrorDetails = {}, options?: ErrorOptions) {
    const entry: ErrorEntry = errorRegister[code];
    super(fill(entry.message, values), options);
    this.name = "CordonError";
    this.code = code;
    this.status = entry.status;
    this.details = Object.freeze({ remedy: entry.remedy, ...details });
  }
}

function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) =>
    String(Object.hasOwn(values, name) ? values[name] : ""),
  );
}

/** Tells a CordonError from any other thrown value; with a code, that code alone. */
export function isCordonError<Code extends CordonErrorCode>(
  value: unknown,
  code?: Code,
): value is CordonError<Code> {
  return value instanceof CordonError && (code === undefined || value.code === code);
}
