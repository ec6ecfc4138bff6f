// SPDX-License-Identifier: Apache-2.0
import { encodeAction, refuse, type SeccompAction } from "../seccomp/action.ts";
import { syscallTables } from "../seccomp/numbers/index.ts";
import type { Architecture } from "../seccomp/options.ts";
import { unsupervisedRules, type UnsupervisedOptions } from "../seccomp/unsupervised.ts";
import { always, is, rule, type Rule, when } from "../seccomp/rules/rule.ts";
import { allow } from "../seccomp/action.ts";
import { allowedCubes, type Cube } from "./cubes.ts";
import type { OciSeccomp, OciSyscall } from "./spec.ts";

const ARCHITECTURES: Readonly<Record<Architecture, string>> = {
  x64: "SCMP_ARCH_X86_64",
  arm64: "SCMP_ARCH_AARCH64",
};

const SIGCHLD = 17;
// CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID: glibc's fork; musl's has none.
const CHILD_TID = 0x1200000;
const PR_SET_DUMPABLE = 4;

/**
 * What process 1 of the container needs beside the program (jail/src/container): to fork and to put up the program's own
 * filter, which takes both away again.
 */
const FIRST_PROCESS: readonly (readonly [name: string, rule: (given: Rule) => Rule])[] = [
  ["clone", (given) => widened(given, is(0, SIGCHLD, SIGCHLD | CHILD_TID))],
  ["fork", () => always(allow, "process 1 starts the program")],
  ["wait4", () => always(allow, "process 1 waits for the program")],
  ["seccomp", () => always(allow, "process 1 puts up the program's filter")],
  ["prctl", (given) => widened(given, is(1, 0), is(0, PR_SET_DUMPABLE))],
];

function widened(given: Rule, ...conditions: Parameters<typeof when>[0]): Rule {
  return rule([when(conditions, allow, "for process 1"), ...given.clauses], given.otherwise, given.reason);
}

/**
 * The rules that the runtime puts up, by name: those of the program, and what process 1 needs. The program is under a
 * narrower filter besides, which process 1 puts up with the exact answers.
 */
export function profileRules(options: UnsupervisedOptions): ReadonlyMap<string, Rule> {
  const { byNumber } = syscallTables[options.arch];
  const rules = new Map(
    Array.from(unsupervisedRules(options), ([number, each]) => [byNumber.get(number) ?? "", each]),
  );
  for (const [name, widen] of FIRST_PROCESS) {
    const given = rules.get(name);
    if (given !== undefined) rules.set(name, widen(given));
  }
  return rules;
}

/**
 * The allow-list as an OCI seccomp profile: system calls by name for the native architecture alone, so that x32 and
 * 32-bit calls have none. What has no name here is answered with ENOSYS, as by a kernel that is older than the call.
 *
 * @example
 * seccompProfile({ arch: "x64", children: false }).architectures; // ["SCMP_ARCH_X86_64"]
 */
export function seccompProfile(options: UnsupervisedOptions): OciSeccomp {
  const whole = new Map<string, string[]>();
  const parts: OciSyscall[] = [];
  for (const [name, each] of profileRules(options)) {
    const cubes = allowedCubes(each);
    if (cubes.some((cube) => cube.size === 0)) add(whole, "allow", name);
    else if (cubes.length === 0) add(whole, errnoOf(each.otherwise), name);
    else parts.push(...cubes.map((cube) => allowed(name, cube)));
  }
  return {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: errnoNumber(refuse("ENOSYS")),
    architectures: [ARCHITECTURES[options.arch]],
    syscalls: [...Array.from(whole, ([key, names]) => unconditional(key, names)), ...parts],
  };
}

function add(groups: Map<string, string[]>, key: string, name: string): void {
  groups.set(key, [...(groups.get(key) ?? []), name]);
}

function errnoOf(action: SeccompAction): string {
  return String(errnoNumber(action));
}

/** The low 16 bits of what a filter returns (seccomp(2), SECCOMP_RET_DATA). */
function errnoNumber(action: SeccompAction): number {
  return encodeAction(action) & 0xffff;
}

function unconditional(key: string, names: readonly string[]): OciSyscall {
  return key === "allow"
    ? { names, action: "SCMP_ACT_ALLOW" }
    : { names, action: "SCMP_ACT_ERRNO", errnoRet: Number(key) };
}

function allowed(name: string, cube: Cube): OciSyscall {
  return {
    names: [name],
    action: "SCMP_ACT_ALLOW",
    args: Array.from(cube, ([index, { mask, value }]) => ({
      index,
      op: "SCMP_CMP_MASKED_EQ" as const,
      value: mask,
      valueTwo: value,
    })),
  };
}
