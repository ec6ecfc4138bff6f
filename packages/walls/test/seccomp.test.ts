// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Architecture,
  compileSeccomp,
  describeSeccomp,
  interpret,
  type SeccompAction,
  type SeccompOptions,
} from "../src/seccomp/index.ts";
import { syscallTables } from "../src/seccomp/numbers/index.ts";
import { ordinary } from "./seccomp-options.ts";

const allowed: SeccompAction = { kind: "allow" };
const asked: SeccompAction = { kind: "notify" };
const refused = (errno: Extract<SeccompAction, { kind: "errno" }>["errno"]): SeccompAction => ({
  kind: "errno",
  errno,
});
const HIGH = 1n << 32n;

/** Asks the compiled program about a call by its name; on both architectures, where both have it. */
function expectAll(
  options: Partial<SeccompOptions>,
  name: string,
  args: readonly (number | bigint)[],
  action: SeccompAction,
): void {
  const archs: readonly Architecture[] = ["x64", "arm64"];
  const having = archs.filter((arch) => syscallTables[arch].byName.has(name));
  assert.notEqual(having.length, 0, name);
  for (const arch of having) {
    const program = compileSeccomp({ ...ordinary, ...options, arch });
    const nr = syscallTables[arch].byName.get(name) ?? -1;
    assert.deepEqual(interpret(program, { arch, nr, args: args.map(BigInt) }), action, `${name} on ${arch}`);
  }
}

test("typing into a terminal is refused, with or without bits that the kernel drops (CVE-2019-7303)", () => {
  for (const command of [0x5412n, 0x5412n | HIGH, 0x541cn, 0x541cn | (HIGH << 30n)]) {
    expectAll({}, "ioctl", [0, command], refused("EPERM"));
  }
  expectAll({}, "ioctl", [0, 0x5401], allowed);
  expectAll({}, "ioctl", [0, 0x5401n | HIGH], allowed);
});

test("a thread may be made; a process only with the grant to run; namespaces never", () => {
  const thread = 0x3d0f00;
  const SIGCHLD = 17;
  expectAll({}, "clone", [thread], allowed);
  expectAll({}, "clone", [SIGCHLD], refused("EPERM"));
  expectAll({ children: true }, "clone", [SIGCHLD], allowed);
  expectAll({}, "fork", [], refused("EPERM"));
  expectAll({ children: true }, "vfork", [], allowed);
  for (const flag of [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000]) {
    expectAll({ children: true }, "clone", [flag | SIGCHLD], refused("EPERM"));
    expectAll({ children: true }, "clone", [flag | thread], refused("EPERM"));
  }
  expectAll({ children: true }, "clone", [BigInt(SIGCHLD) | HIGH], refused("EPERM"));
  expectAll({}, "clone3", [1, 88], refused("ENOSYS"));
});

test("a handle, a tracer or another parent cannot come with a new process", () => {
  for (const flag of [0x1000, 0x2000, 0x8000, 0x00800000]) {
    expectAll({ children: true }, "clone", [flag | 17], refused("EPERM"));
  }
});

test("only TCP and UDP sockets can be made", () => {
  const [STREAM, DGRAM, RAW, FLAGS] = [1, 2, 3, 0x80800];
  for (const family of [2, 10]) {
    expectAll({}, "socket", [family, STREAM | FLAGS, 6], allowed);
    expectAll({}, "socket", [family, DGRAM, 0], allowed);
    expectAll({}, "socket", [BigInt(family) | HIGH, DGRAM, 17], allowed);
    expectAll({}, "socket", [family, RAW, 1], refused("EACCES"));
    expectAll({}, "socket", [family, STREAM, 262], refused("EPROTONOSUPPORT"));
    expectAll({}, "socket", [family, DGRAM, 1], refused("EPROTONOSUPPORT"));
  }
  expectAll({}, "socket", [1, STREAM, 0], refused("EACCES"));
  expectAll({ unixSockets: true }, "socket", [1, STREAM | FLAGS, 0], allowed);
  for (const type of [RAW, DGRAM, 5])
    expectAll({ unixSockets: true }, "socket", [1, type, 0], refused("EACCES"));
  expectAll({ unixSockets: true }, "socket", [1, STREAM, 1], refused("EACCES"));
  expectAll({ unixSockets: true }, "socket", [16, RAW, 0], refused("EACCES"));
  expectAll({}, "socket", [17, RAW, 3], refused("EAFNOSUPPORT"));
  expectAll({}, "socket", [40, STREAM, 0], refused("EAFNOSUPPORT"));
});

test("what leads somewhere is asked of the supervisor", () => {
  for (const name of ["connect", "bind", "listen", "execve", "execveat"]) {
    expectAll({}, name, [3, 0x7fff0000, 16], asked);
    expectAll({ children: true, unixSockets: true }, name, [3, 0x7fff0000, 16], asked);
  }
  expectAll({}, "sendmsg", [3, 0x7fff0000, 0], asked);
  expectAll({}, "sendmmsg", [3, 0x7fff0000, 1, 0], asked);
});

test("sendto is asked about if it has an address, in either half of the pointer", () => {
  expectAll({}, "sendto", [3, 1, 1, 0, 0, 0], allowed);
  expectAll({}, "sendto", [3, 1, 1, 0, 0x1000, 16], asked);
  expectAll({}, "sendto", [3, 1, 1, 0, HIGH, 16], asked);
});

test("Fast Open is refused in all its forms", () => {
  const FASTOPEN = 0x20000000;
  expectAll({}, "sendto", [3, 1, 1, FASTOPEN, 0x1000, 16], refused("EOPNOTSUPP"));
  expectAll({}, "sendto", [3, 1, 1, BigInt(FASTOPEN) | HIGH, 0, 0], refused("EOPNOTSUPP"));
  expectAll({}, "sendmsg", [3, 1, FASTOPEN], refused("EOPNOTSUPP"));
  expectAll({}, "sendmmsg", [3, 1, 1, FASTOPEN], refused("EOPNOTSUPP"));
  expectAll({}, "setsockopt", [3, 6, 23], refused("ENOPROTOOPT"));
  expectAll({}, "setsockopt", [3, 6, 30], refused("ENOPROTOOPT"));
});

test("socket options are those in use; packet filters are not among them", () => {
  expectAll({}, "setsockopt", [3, 6, 1], allowed);
  expectAll({}, "setsockopt", [3, 1, 9], allowed);
  // What is to be carried over: the supervisor hears of it.
  expectAll({}, "setsockopt", [3, 1, 2], asked);
  expectAll({}, "setsockopt", [3, 6, 18], asked);
  expectAll({}, "setsockopt", [3, 0, 2], asked);
  expectAll({}, "getsockopt", [3, 1, 2], allowed);
  for (const option of [26, 50, 51, 52]) expectAll({}, "setsockopt", [3, 1, option], refused("ENOPROTOOPT"));
  expectAll({}, "getsockopt", [3, 1, 4], allowed);
  expectAll({}, "getsockopt", [3, 1, 77], refused("ENOPROTOOPT"));
  expectAll({}, "getsockopt", [3, 6, 35], refused("ENOPROTOOPT"));
});

test("executable mappings of files are asked about, those of memory are not", () => {
  const [READ, EXEC, PRIVATE, ANONYMOUS] = [1, 4, 2, 0x20];
  expectAll({}, "mmap", [0, 4096, READ | EXEC, PRIVATE, 3, 0], asked);
  expectAll({}, "mmap", [0, 4096, BigInt(READ | EXEC) | HIGH, PRIVATE, 3, 0], asked);
  expectAll({}, "mmap", [0, 4096, READ, PRIVATE, 3, 0], allowed);
  expectAll({}, "mmap", [0, 4096, READ | EXEC, PRIVATE | ANONYMOUS, -1n, 0], allowed);
});

test("nothing can be made setuid or setgid", () => {
  const CREATE = 0o101;
  for (const mode of [0o4755, 0o2755, 0o6000]) {
    expectAll({}, "open", [0, CREATE, mode], refused("EPERM"));
    expectAll({}, "openat", [0, 0, CREATE, mode], refused("EPERM"));
    expectAll({}, "openat", [0, 0, 0o20000000, mode], refused("EPERM"));
    expectAll({}, "creat", [0, mode], refused("EPERM"));
    expectAll({}, "mkdir", [0, mode], refused("EPERM"));
    expectAll({}, "mkdirat", [0, 0, mode], refused("EPERM"));
    expectAll({}, "mknod", [0, 0o100000 | mode], refused("EPERM"));
    expectAll({}, "chmod", [0, mode], refused("EPERM"));
    expectAll({}, "fchmod", [0, mode], refused("EPERM"));
    expectAll({}, "fchmodat", [0, 0, mode], refused("EPERM"));
    expectAll({}, "fchmodat2", [0, 0, mode], refused("EPERM"));
  }
  expectAll({}, "openat", [0, 0, CREATE, 0o644], allowed);
  // A mode that the kernel ignores may be anything.
  expectAll({}, "openat", [0, 0, 0, 0o6777], allowed);
});

test("a file cannot be truncated by an open that says it only reads", () => {
  expectAll({}, "openat", [0, 0, 0o1000, 0], refused("EPERM"));
  expectAll({}, "openat", [0, 0, 0o1003, 0], refused("EPERM"));
  expectAll({}, "open", [0, 0o3], refused("EPERM"));
  expectAll({}, "openat", [0, 0, 0o1101, 0o644], allowed);
  expectAll({}, "open", [0, 0o1002], allowed);
});

test("device nodes, FIFOs and sockets cannot be made in the file system", () => {
  for (const type of [0o010000, 0o020000, 0o060000, 0o140000]) {
    expectAll({ children: true }, "mknod", [0, type | 0o600], refused("EPERM"));
    expectAll({ children: true }, "mknodat", [0, 0, type | 0o600], refused("EPERM"));
  }
  expectAll({}, "mknodat", [0, 0, 0o100600], allowed);
  expectAll({}, "renameat2", [0, 0, 0, 0, 4], refused("EPERM"));
  expectAll({}, "renameat2", [0, 0, 0, 0, 1], allowed);
});

test("without mounts, what Landlock does not see is refused", () => {
  for (const name of [
    "chmod",
    "fchmodat",
    "fchown",
    "utimensat",
    "setxattr",
    "truncate",
    "inotify_add_watch",
  ]) {
    expectAll({ metadata: false }, name, [0, 0, 0], refused("EPERM"));
    expectAll({ metadata: true }, name, [0, 0, 0], allowed);
  }
  expectAll({ metadata: false }, "getxattr", [], refused("EOPNOTSUPP"));
});

test("signals are sent only where something keeps them in the cell, and never aimed by a descriptor", () => {
  for (const name of ["kill", "tkill", "tgkill", "rt_sigqueueinfo"]) {
    expectAll({ signals: true }, name, [1, 9], allowed);
    expectAll({ signals: false, children: true }, name, [1, 9], refused("EPERM"));
  }
  expectAll({ children: true }, "pidfd_send_signal", [3, 9], refused("EPERM"));
  for (const command of [8, 10, 15, 1026]) expectAll({}, "fcntl", [3, command, 1], refused("EPERM"));
  expectAll({}, "fcntl", [3, 4, 0o20000], refused("EPERM"));
  expectAll({}, "fcntl", [3, 4, 0o4000], allowed);
  for (const command of [0x5452, 0x8901, 0x8902]) expectAll({}, "ioctl", [3, command], refused("EPERM"));
});

test("other processes, keys, namespaces, mounts, probes and files without a path are out of reach", () => {
  const names =
    "ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd kcmp process_madvise keyctl add_key unshare setns" +
    " mount umount2 move_mount open_tree fsopen mount_setattr chroot pivot_root bpf perf_event_open userfaultfd" +
    " open_by_handle_at name_to_handle_at memfd_create init_module kexec_load shmget msgget semget mq_open seccomp" +
    " setuid setgid setresuid setgroups capset sched_setaffinity setpriority iopl modify_ldt vmsplice sync";
  for (const name of names.split(" ")) {
    expectAll(
      { children: true, unixSockets: true },
      name,
      [],
      refused(name === "vmsplice" ? "EINVAL" : "EPERM"),
    );
  }
});

test("calls that libc and libuv replace are answered as on an older kernel", () => {
  for (const name of ["clone3", "openat2", "io_uring_setup", "io_uring_enter", "io_uring_register"]) {
    expectAll({ children: true }, name, [], refused("ENOSYS"));
  }
});

test("limits can be set for oneself only", () => {
  expectAll({}, "prlimit64", [0, 7], allowed);
  expectAll({}, "prlimit64", [1, 7], refused("EINVAL"));
  expectAll({}, "prlimit64", [HIGH, 7], allowed);
  expectAll({}, "prlimit64", [0, 4, 0], allowed);
  expectAll({}, "prlimit64", [0, 4, HIGH], refused("EINVAL"));
  expectAll({}, "setrlimit", [4, 1], refused("EINVAL"));
  for (let limit = 0; limit < 17; limit++) {
    const answer = limit === 4 || limit === 16 ? refused("EINVAL") : allowed;
    expectAll({}, "setrlimit", [limit, 1], answer);
    expectAll({}, "prlimit64", [0, limit, HIGH], answer);
  }
});

test("the working directory changes only with the grant to run", () => {
  expectAll({}, "chdir", [0], refused("EPERM"));
  expectAll({}, "fchdir", [0], refused("EPERM"));
  expectAll({ children: true }, "chdir", [0], allowed);
});

test("what the jail set up stays: death signal, dumpability, seccomp, personality", () => {
  for (const option of [1, 4, 22, 28, 35, 47, 0x59616d61])
    expectAll({}, "prctl", [option, 1], refused("EPERM"));
  expectAll({}, "prctl", [15, 0], allowed);
  expectAll({}, "personality", [0xffffffff], allowed);
  expectAll({}, "personality", [0x0400000], refused("EPERM"));
});

test("each call is described in one line", () => {
  const lines = describeSeccomp(ordinary);
  const textOf = (name: string): string | undefined => lines.find((line) => line.name === name)?.text;
  assert.equal(lines.length, syscallTables.x64.byNumber.size);
  assert.equal(textOf("ptrace"), "refused with EPERM: reaches into other processes");
  assert.equal(textOf("connect"), "asked of the supervisor: where a socket leads");
  assert.match(
    textOf("sendto") ?? "",
    /^refused with EOPNOTSUPP with Fast Open, .*; asked of the supervisor with an address; otherwise allowed: /,
  );
  assert.ok(lines.every(({ text }) => !text.includes("\n")));
  assert.equal(lines.find(({ name }) => name === "read")?.outcome, "allow");
});

test("what tells of the machine is asked about only where it is hidden", () => {
  for (const name of ["uname", "sysinfo", "sched_getaffinity"] as const) {
    expectAll({}, name, [], allowed);
    expectAll({ answered: [name] }, name, [], asked);
  }
  expectAll({ answered: ["uname"] }, "sysinfo", [], allowed);
});

test("the priority of a process changes with its grant, that of a user or a group never", () => {
  expectAll({}, "setpriority", [0, 0, 5], refused("EPERM"));
  expectAll({ priority: true }, "setpriority", [0, 0, 5], allowed);
  expectAll({ priority: true }, "setpriority", [1, 0, 5], refused("EPERM"));
  expectAll({ priority: true }, "setpriority", [2, 0, 5], refused("EPERM"));
});

test("what makes, moves or opens by a path is asked about where paths are denied that need not exist", () => {
  const [O_CREAT, O_WRONLY, O_TMPFILE] = [0o100, 1, 0o20200000];
  const making = [
    "mkdir",
    "mkdirat",
    "creat",
    "rename",
    "renameat",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
  ];
  for (const name of [...making, "unlink", "unlinkat", "rmdir", "truncate", "renameat2"]) {
    expectAll({}, name, [], allowed);
    expectAll({ keptPaths: true }, name, [], asked);
  }
  expectAll({ keptPaths: true }, "openat", [0, 0, O_CREAT], asked);
  expectAll({ keptPaths: true }, "openat", [0, 0, O_WRONLY], asked);
  expectAll({ keptPaths: true }, "openat", [0, 0, O_TMPFILE | O_WRONLY], asked);
  expectAll({ keptPaths: true }, "openat", [0, 0, 0], allowed);
  expectAll({ keptPaths: true, keptReading: true }, "openat", [0, 0, 0], asked);
  expectAll({ keptPaths: true, keptReading: true }, "openat", [0, 0, O_CREAT, 0o4755], refused("EPERM"));
  expectAll({ keptReading: true }, "openat", [0, 0, O_CREAT], allowed);
});
