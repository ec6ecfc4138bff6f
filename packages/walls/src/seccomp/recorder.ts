// SPDX-License-Identifier: Apache-2.0
import { allow, notify, refuse } from "./action.ts";
import type { SeccompProgram } from "./bpf.ts";
import { compileRules } from "./compile.ts";
import { syscallTables } from "./numbers/index.ts";
import type { Architecture } from "./options.ts";
import { always, anyBit, noBit, type Rule, rule, when } from "./rules/rule.ts";

const PROT_EXEC = 4;
const MAP_ANONYMOUS = 0x20;

/** Calls that name a file or an endpoint; the jail has a row for each (record_paths.c, record_network.c). */
export const recordedCalls: readonly string[] = Object.freeze([
  ..."open creat stat lstat access readlink mkdir rmdir unlink mknod symlink link rename".split(" "),
  ..."chmod chown lchown utime utimes futimesat renameat openat openat2 newfstatat statx statfs".split(" "),
  ..."faccessat faccessat2 readlinkat chdir inotify_add_watch mkdirat unlinkat mknodat".split(" "),
  ..."symlinkat linkat renameat2 truncate fchmodat fchmodat2 fchownat utimensat".split(" "),
  ..."setxattr removexattr execve execveat connect bind sendto sendmsg sendmmsg".split(" "),
]);

const handedOver = always(notify, "recorded");
const passed = always(allow, "nothing is refused");
// What goes by a ring is seen by no filter. Whoever asks for one is used to kernels without.
const absent = always(refuse("ENOSYS"), "would go unseen");
const mapping = rule(
  [when([anyBit(2, PROT_EXEC), noBit(3, MAP_ANONYMOUS)], notify, "for executable mappings of files")],
  allow,
  "the process's own memory",
);

function ruleOf(name: string): Rule {
  if (name === "mmap") return mapping;
  if (name === "io_uring_setup") return absent;
  return recordedCalls.includes(name) ? handedOver : passed;
}

/** The filter of `cordon learn`: hands over what names a file or an endpoint, and refuses nothing. */
export function compileRecorder(arch: Architecture): SeccompProgram {
  const { byNumber } = syscallTables[arch];
  const rules = new Map(Array.from(byNumber, ([number, name]) => [number, ruleOf(name)] as const));
  return compileRules(arch, rules, passed);
}
