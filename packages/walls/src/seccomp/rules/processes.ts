// SPDX-License-Identifier: Apache-2.0
import { allow, notify, refuse } from "../action.ts";
import type { SeccompOptions } from "../options.ts";
import type { Condition, RuleEntry } from "./rule.ts";
import { allowIf, always, anyBit, beyond32, is, isBut, isNull, rule, when } from "./rule.ts";

const RLIMIT_CORE = 4;
// All the others, 0 to 15 (asm-generic/resource.h): 0 to 3, 5, 6 and 7, 8 to 15. Where a profile can say neither "not" nor
// "or", and gVisor takes no long one (oci/cubes.ts), this is short.
const otherLimits = (argument: 0 | 1): readonly Condition[] => [
  isBut(argument, 3, 0),
  isBut(argument, 7, 8),
  isBut(argument, 1, 6),
  is(argument, 5),
];
const CLONE_THREAD = 0x00010000;
// CLONE_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET. (_NEWTIME exists in clone3 only.)
const CLONE_NEW_NAMESPACES = 0x7e020000;
// CLONE_PIDFD, _PTRACE, _PARENT, _UNTRACED: a handle for signals, a tracer, a child given to the jail's own init.
const CLONE_STRANGERS = 0x0080b000;

// PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_GET_SECCOMP, PR_CAPBSET_READ, PR_SET_NO_NEW_PRIVS,
// PR_GET_NO_NEW_PRIVS, PR_SET_VMA. Not PR_SET_PDEATHSIG and PR_SET_DUMPABLE, which the jail set; not PR_SET_PTRACER.
const PRCTL_OPTIONS = [2, 3, 15, 16, 21, 23, 38, 39, 0x53564d41];
// ARCH_SET_FS, ARCH_GET_FS, ARCH_CET_STATUS (ld.so asks)
const ARCH_PRCTL_OPTIONS = [0x1002, 0x1003, 0x3001];
// QUERY, [REGISTER_]PRIVATE_EXPEDITED, [REGISTER_]PRIVATE_EXPEDITED_SYNC_CORE: the caller's own threads
const MEMBARRIER_COMMANDS = [0, 8, 16, 32, 64];

const SIGABRT = 6;

/** System calls that make, end, watch, signal and schedule threads and processes. */
export function processRules({
  children,
  signals,
  answered = [],
  priority = false,
}: SeccompOptions): readonly RuleEntry[] {
  const withRun = "processes other than this one need the grant `run`";
  const bySignals = "needs a pid namespace or Landlock to keep signals in the cell";
  const refused = always(refuse("EPERM"), bySignals);
  return [
    [
      "exit exit_group getpid gettid getppid getpgid getpgrp getsid getuid geteuid getgid getegid getresuid getresgid" +
        " getgroups times getrusage getcpu restart_syscall set_tid_address set_robust_list rseq futex" +
        " rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack pause" +
        " getrandom getrlimit",
      always(allow, "the process's own threads, signals and facts"),
    ],
    [
      "sched_yield sched_getparam sched_getscheduler sched_getattr sched_get_priority_max" +
        " sched_get_priority_min sched_rr_get_interval getpriority",
      always(allow, "reads the schedule"),
    ],
    ...(["uname", "sysinfo", "sched_getaffinity"] as const).map(
      (name): RuleEntry => [name, always(answered.includes(name) ? notify : allow, "tells of the machine")],
    ),
    [
      "setpriority",
      rule(
        priority ? [when([is(0, 0)], allow, "for a process of the cell")] : [],
        refuse("EPERM"),
        "changes the schedule, of other processes too",
      ),
    ],
    [
      "sched_setaffinity sched_setparam sched_setscheduler sched_setattr ioprio_set ioprio_get",
      always(refuse("EPERM"), "changes the schedule, of other processes too"),
    ],
    [
      "clone",
      rule(
        [
          when([beyond32(0)], refuse("EPERM"), "with flags beyond 32 bits"),
          when([anyBit(0, CLONE_NEW_NAMESPACES)], refuse("EPERM"), "with new namespaces"),
          when([anyBit(0, CLONE_STRANGERS)], refuse("EPERM"), "with a tracer, a pidfd or another parent"),
          when([anyBit(0, CLONE_THREAD)], allow, "for a new thread"),
        ],
        children ? allow : refuse("EPERM"),
        withRun,
      ),
    ],
    ["clone3", always(refuse("ENOSYS"), "flags behind a pointer; libc falls back to clone")],
    ["fork vfork wait4 waitid setpgid setsid", allowIf(children, withRun)],
    ["chdir fchdir", allowIf(children, "a working directory of its own needs the grant `run`")],
    [
      "timer_create timer_settime timer_gettime timer_getoverrun timer_delete setitimer getitimer alarm",
      allowIf(children, "timers that signal are for programs other than Node"),
    ],
    // The supervisor answers: by the grants, and by whether the runtime has said that it is ready.
    ["execve execveat", always(notify, "starting a program")],
    // Without `signals`, abort() and raise() fail here too. That is safe: libc's abort() then executes a trap
    // instruction and after it _exit(127), so the process still ends. The filter cannot tell its own thread group id.
    ["kill rt_sigqueueinfo rt_tgsigqueueinfo", allowIf(signals, bySignals)],
    // abort() is told to the supervisor, which looks for V8's record of a full heap and lets it go on: everything that
    // the call does is in its arguments.
    ["tgkill", signals ? rule([when([is(2, SIGABRT)], notify, "for abort()")], allow, bySignals) : refused],
    ["tkill", signals ? rule([when([is(1, SIGABRT)], notify, "for abort()")], allow, bySignals) : refused],
    [
      "prctl",
      rule(
        [when([is(0, ...PRCTL_OPTIONS)], allow, "for names of threads and memory, no_new_privs, reading")],
        refuse("EPERM"),
        "what the jail set up",
      ),
    ],
    [
      "arch_prctl",
      rule(
        [when([is(0, ...ARCH_PRCTL_OPTIONS)], allow, "for the thread pointer")],
        refuse("EPERM"),
        "processor modes",
      ),
    ],
    [
      "membarrier",
      rule(
        [when([is(0, ...MEMBARRIER_COMMANDS)], allow, "for its own threads")],
        refuse("EPERM"),
        "interrupts every processor",
      ),
    ],
    [
      "personality",
      rule(
        [when([is(0, 0, 0xffffffff)], allow, "for the ordinary one and to ask")],
        refuse("EPERM"),
        "weakens memory protection",
      ),
    ],
    [
      "prlimit64",
      rule(
        [
          ...otherLimits(1).map((limit) => when([is(0, 0), limit], allow, "for itself")),
          when([is(0, 0), is(1, RLIMIT_CORE), isNull(2)], allow, "to ask for that of core files"),
        ],
        refuse("EINVAL"),
        "another process's limits; and that of core files: at 0 the host runs a program on what a crash leaves",
      ),
    ],
    [
      "setrlimit",
      rule(
        otherLimits(0).map((limit) => when([limit], allow, "its own limits, never above the jail's")),
        refuse("EINVAL"),
        "the limit of core files",
      ),
    ],
    [
      "pidfd_open pidfd_send_signal pidfd_getfd kcmp ptrace get_robust_list",
      always(refuse("EPERM"), "reaches into other processes"),
    ],
    [
      "setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capget capset",
      always(refuse("EPERM"), "changes identity"),
    ],
    ["unshare setns", always(refuse("EPERM"), "changes namespaces")],
    ["chroot pivot_root", always(refuse("EPERM"), "changes the root")],
    [
      "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self lsm_get_self_attr lsm_set_self_attr" +
        " lsm_list_modules",
      always(refuse("EPERM"), "the walls themselves"),
    ],
    ["futex_waitv futex_wake futex_wait futex_requeue", always(refuse("ENOSYS"), "libc uses futex")],
    // The kernel itself makes this call where the host traces a function of libc; refused, it would crash the program
    // (Linux 6.11 to 6.13). From anywhere else it raises SIGILL.
    ["uretprobe uprobe", always(allow, "made by the kernel while the host traces")],
  ];
}
