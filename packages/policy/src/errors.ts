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
} as const satisfies Record<string, ErrorEntry>;

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
