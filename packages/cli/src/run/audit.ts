// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, realpathSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { CordonError, isScope, type Policy } from "@cordon/policy";
import { refuseForeignLinks, resolveLinks } from "@cordon/walls";
import { unwritable } from "../command-line/unwritable.ts";
import { loadPolicy } from "../policy-file/load.ts";
import { printable } from "../terminal.ts";

/** What an audited cell tells. Its strings come from inside: they are data, and hostile. */
interface Audited {
  on(
    event: "used",
    listener: (use: { readonly use: string; readonly kind: string; readonly resource: string }) => void,
  ): unknown;
  on(
    event: "denied",
    listener: (denial: {
      readonly scope: string;
      readonly resource: string;
      readonly by: string;
      readonly count: number;
    }) => void,
  ): unknown;
}

/** One line of the file. */
interface AuditRecord {
  readonly time: string;
  /** `audit`: the second policy would have refused it; `enforced`: the policy of the run has. */
  readonly policy: "audit" | "enforced";
  /** Who told: `filters` for the kernel's side, `runtime` for JavaScript's. */
  readonly by: string;
  readonly scope: string;
  readonly resource: string;
  /** How often it came since the last line on the same. */
  readonly count: number;
  /** Where JavaScript asked, the innermost frame first; empty for what the kernel refused to anything else. */
  readonly stack: readonly string[];
}

export interface Audit extends Disposable {
  /** The file's real path: the program must not write to it. */
  readonly file: string;
  /** The second policy, if there is one. */
  readonly policy: Policy | undefined;
  /** Writes down what a cell tells. */
  watch(cell: Audited): void;
}

const MOST_COUNT = 1_000_000_000;
const MOST_FRAMES = 8;
const LONGEST = 500;

/**
 * Opens the file of an audit, which lines are added to, and reads the second policy.
 *
 * @param options `--audit` and `--audit-policy` as written
 * @throws CordonError if either cannot be read or written
 */
export function openAudit(
  options: { readonly audit: string; readonly auditPolicy: string | undefined },
  directory: string,
): Audit {
  const path = resolve(directory, options.audit);
  const policy =
    options.auditPolicy === undefined
      ? undefined
      : loadPolicy({ grants: [], policyFile: options.auditPolicy }, directory).policy;
  const descriptor = openFile(path);
  const record = (line: AuditRecord): void => void writeSync(descriptor, `${JSON.stringify(line)}\n`);
  return {
    file: realpathSync(path),
    policy,
    watch(cell) {
      cell.on("used", ({ use, kind, resource }) => {
        const told = kind === "runtime" ? parseTold(use, resource) : undefined;
        if (told !== undefined) record({ time: new Date().toISOString(), ...told });
      });
      cell.on("denied", ({ scope, resource, by, count }) => {
        // What the runtime refuses it tells with its stack too.
        if (by === "runtime") return;
        const time = new Date().toISOString();
        record({
          time,
          policy: "enforced",
          by,
          scope,
          resource: printable(resource, LONGEST),
          count,
          stack: [],
        });
      });
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/** Lines are added where no program of before can have led them. */
function openFile(path: string): number {
  try {
    const { real, links } = resolveLinks(path);
    refuseForeignLinks([{ path: real, via: links, origin: "--audit" }]);
    return openSync(path, "a", 0o600);
  } catch (cause) {
    throw cause instanceof CordonError ? cause : unwritable("--audit", path, cause);
  }
}

/** `COUNT SCOPE RESOURCE`, and a frame behind each tab. */
function parseTold(use: string, text: string): Omit<AuditRecord, "time"> | undefined {
  if (use !== "audit" && use !== "refused") return undefined;
  const [head = "", ...frames] = text.split("\t");
  const [, count = "", scope = "", resource = ""] = /^(\d{1,10}) ([a-z.]+) ?(.*)$/s.exec(head) ?? [];
  if (!isScope(scope)) return undefined;
  return {
    policy: use === "audit" ? "audit" : "enforced",
    by: "runtime",
    scope,
    resource: printable(resource, LONGEST),
    count: Math.min(Math.max(Number(count), 1), MOST_COUNT),
    stack: frames.slice(0, MOST_FRAMES).map((frame) => printable(frame, LONGEST)),
  };
}
