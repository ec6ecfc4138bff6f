// SPDX-License-Identifier: Apache-2.0
import { allow, refuse, type SeccompAction } from "./action.ts";
import {
  type Instruction,
  JUMP_AT_LEAST,
  JUMP_EQUAL,
  LOAD_WORD,
  OFFSET_ARCHITECTURE,
  OFFSET_NUMBER,
  RETURN,
  type SeccompProgram,
} from "./bpf.ts";
import { compileRules } from "./compile.ts";
import { syscallTables, X32_BIT } from "./numbers/index.ts";
import type { SeccompOptions } from "./options.ts";
import { rulesByNumber, unknownCall } from "./rules/index.ts";
import type { Rule } from "./rules/rule.ts";

/** What a cell may be under where nobody answers in the kernel's place. */
export type UnsupervisedOptions = Pick<SeccompOptions, "arch" | "children" | "priority">;

// What a supervisor would have been asked. It tells by phase whether a file may still be executed or mapped; without it
// that is left to the mounts, of which only the granted ones are executable. Where a socket leads nobody can tell.
const ANSWERS: Readonly<Record<string, SeccompAction>> = {
  execve: allow,
  // What has no path is no file of a mount's.
  execveat: refuse("EPERM"),
  mmap: allow,
  connect: refuse("EACCES"),
  bind: refuse("EACCES"),
  listen: refuse("EACCES"),
  sendto: refuse("EACCES"),
  sendmsg: refuse("EACCES"),
  sendmmsg: refuse("EACCES"),
  // Which options are set is only looked at, and so is an abort().
  setsockopt: allow,
  tgkill: allow,
  tkill: allow,
};

/**
 * The rule of each system call by number, as {@link rulesByNumber} has them, with an answer in the place of every
 * question to the supervisor.
 */
export function unsupervisedRules(options: UnsupervisedOptions): ReadonlyMap<number, Rule> {
  const { byNumber } = syscallTables[options.arch];
  // A container has a pid namespace and mounts of its own; there is no unix socket without the broker.
  const rules = rulesByNumber({ ...options, signals: true, metadata: true, unixSockets: false });
  return new Map(Array.from(rules, ([number, rule]) => [number, answered(byNumber.get(number), rule)]));
}

function answered(name: string | undefined, { clauses, otherwise, reason }: Rule): Rule {
  const settle = (action: SeccompAction): SeccompAction => {
    if (action.kind !== "notify") return action;
    const answer = name === undefined ? undefined : ANSWERS[name];
    if (answer === undefined) throw new TypeError(`Expected an answer for ${name}, which is asked of nobody`);
    return answer;
  };
  return {
    clauses: clauses.map((clause) => ({ ...clause, action: settle(clause.action) })),
    otherwise: settle(otherwise),
    reason,
  };
}

const SECCOMP_RET_KILL_PROCESS = 0x80000000;

/**
 * Ends the process at a call that is none of its own architecture. libseccomp, which compiles a runtime's profile, ends
 * the one thread (seccomp_attr_set(3), SCMP_FLTATR_ACT_BADARCH), and what is left of Node then waits for it for ever.
 */
function endForeign(arch: UnsupervisedOptions["arch"]): SeccompProgram {
  const end: Instruction = { code: RETURN, jt: 0, jf: 0, k: SECCOMP_RET_KILL_PROCESS };
  return [
    { code: LOAD_WORD, jt: 0, jf: 0, k: OFFSET_ARCHITECTURE },
    { code: JUMP_EQUAL, jt: 1, jf: 0, k: syscallTables[arch].audit },
    end,
    { code: LOAD_WORD, jt: 0, jf: 0, k: OFFSET_NUMBER },
    { code: JUMP_AT_LEAST, jt: 0, jf: 1, k: X32_BIT },
    end,
  ];
}

/**
 * The filter of a cell that has no supervisor.
 *
 * @param endsForeign whether another filter, of libseccomp's, stands before this one; by itself it answers ENOSYS
 */
export function compileUnsupervised(options: UnsupervisedOptions, endsForeign: boolean): SeccompProgram {
  const program = compileRules(options.arch, unsupervisedRules(options), unknownCall);
  return endsForeign ? [...endForeign(options.arch), ...program] : program;
}
