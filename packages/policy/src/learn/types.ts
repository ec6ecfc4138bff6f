// SPDX-License-Identifier: Apache-2.0
import type { Scope } from "../types.ts";

/** Something that a program used, as the supervisor or the recorder inside told it. */
export interface LearntUse {
  /** `read`, `connect`, `env`, …; docs/plan.md lists them. */
  readonly use: string;
  /** Of a file: what was there. Of an endpoint: its protocol. */
  readonly kind: string;
  readonly resource: string;
  /** The path without links; empty where that is the same. */
  readonly real: string;
  /** The executable that asked. */
  readonly by: string;
}

/** What has to be known about the machine to make rules from uses. */
export interface LearnFacts {
  /** Where the program was started: its project, as far as can be said. */
  readonly directory: string;
  /** Where the policy file will lie. */
  readonly base: string;
  readonly entry: string;
  readonly home: string;
  /** The Node that runs the program. */
  readonly node: string;
  /** What a cell has by itself: Node's libraries, Cordon's own files. */
  readonly given: ReadonlySet<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What is at a path now that the program has ended. */
  kindOf(path: string): "file" | "directory" | "other" | "none";
  /** The name by which PATH finds this executable. */
  programName(path: string): string | undefined;
  /** The names that were looked up and have this address. */
  namesOf(address: string): readonly string[];
}

/** One rule of a learnt policy. */
export interface LearntRule {
  readonly scope: Scope;
  /** As a policy file writes it; empty for a scope that is granted or not. */
  readonly value: string;
  /** Whether the path may be missing at the next start. */
  readonly optional: boolean;
  /** One line: why it is there. */
  readonly reason: string;
}

/** The rules, and what no rule can grant. */
export interface Learnt {
  readonly rules: readonly LearntRule[];
  readonly notes: readonly string[];
}
