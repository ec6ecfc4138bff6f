// SPDX-License-Identifier: Apache-2.0
import { allow, notify, refuse, type SeccompAction } from "../action.ts";
import type { SeccompOptions } from "../options.ts";
import type { RuleEntry } from "./rule.ts";
import { allowIf, always, anyBit, bitsAre, is, noBit, rule, when } from "./rule.ts";

const SET_ID_BITS = 0o6000; // S_ISUID | S_ISGID
const O_ACCMODE = 0o3;
const O_CREAT = 0o100;
const O_TRUNC = 0o1000;
const O_ASYNC = 0o20000;
const O_TMPFILE_BIT = 0o20000000; // __O_TMPFILE; O_TMPFILE adds O_DIRECTORY, whose bit differs by architecture
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const RENAME_WHITEOUT = 4; // leaves a device node behind

// F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_SETLK, F_SETLKW, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW,
// F_DUPFD_QUERY, F_DUPFD_CLOEXEC, F_GETPIPE_SZ, F_GET_SEALS. Not F_SETOWN, F_SETSIG, F_NOTIFY: they aim signals;
// not F_SETLEASE: it holds up whoever opens the file next, the host included.
const FCNTL_COMMANDS = [0, 1, 2, 3, 5, 6, 7, 36, 37, 38, 1027, 1030, 1032, 1034];
const F_SETFL = 4;

// TCGETS, TCSETS, TCSETSW, TCSETSF (and the four of TCGETS2), TIOCGWINSZ, TIOCGPGRP, FIONREAD, FIONBIO, FIONCLEX,
// FIOCLEX, FICLONE. Not TIOCSTI and TIOCLINUX, which type into the terminal; not FIOASYNC and FIOSETOWN, which aim
// signals; no socket or device ioctl.
const IOCTL_COMMANDS = [
  0x5401, 0x5402, 0x5403, 0x5404, 0x802c542a, 0x402c542b, 0x402c542c, 0x402c542d, 0x5413, 0x540f, 0x541b,
  0x5421, 0x5450, 0x5451, 0x40049409,
];

const setId = (argument: 1 | 2) =>
  when([anyBit(argument, SET_ID_BITS)], refuse("EPERM"), "with setuid or setgid in the mode");

/** `open` and `openat`: `flags` is the position of the flags; the mode follows it. */
const opening = (flags: 1 | 2, otherwise: SeccompAction, reading: SeccompAction) =>
  rule(
    [
      when(
        // Without these flags the kernel ignores the mode, and callers leave anything in the register.
        [anyBit(flags, O_CREAT | O_TMPFILE_BIT), anyBit(flags === 1 ? 2 : 3, SET_ID_BITS)],
        refuse("EPERM"),
        "to create with setuid or setgid in the mode",
      ),
      // Landlock checks what the access mode says; both of these write, or open for ioctl, under a mode that says less
      // (truncation before ABI 3; mode 3 at every ABI).
      when([bitsAre(flags, O_ACCMODE | O_TRUNC, O_TRUNC)], refuse("EPERM"), "to truncate read-only"),
      when([bitsAre(flags, O_ACCMODE, O_ACCMODE)], refuse("EPERM"), "with access mode 3"),
      ...(reading === otherwise
        ? []
        : [when([bitsAre(flags, O_ACCMODE | O_CREAT | O_TRUNC | O_TMPFILE_BIT, 0)], reading, "to read")]),
    ],
    otherwise,
    "paths are bounded by mounts and Landlock",
  );

const node = (mode: 1 | 2, otherwise: SeccompAction) =>
  rule(
    [setId(mode), when([bitsAre(mode, S_IFMT, 0, S_IFREG)], otherwise, "for a regular file")],
    refuse("EPERM"),
    "device nodes, FIFOs and sockets",
  );

/** System calls on files, paths, descriptors and terminals. */
export function fileRules({
  metadata,
  keptPaths = false,
  keptReading = false,
}: SeccompOptions): readonly RuleEntry[] {
  // What is not there yet no mount covers and no Landlock rule names: then the supervisor has it done.
  const byPath = keptPaths ? notify : allow;
  const reading = keptReading ? byPath : allow;
  const bounded = "needs mounts that bound the paths, for Landlock does not see it";
  const mode = (argument: 1 | 2) =>
    metadata ? rule([setId(argument)], allow, bounded) : allowIf(false, bounded);
  return [
    [
      "read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 lseek close close_range" +
        " fstat newfstatat stat lstat statx getdents getdents64 access faccessat faccessat2 readlink readlinkat" +
        " statfs fstatfs getcwd dup dup2 dup3 pipe pipe2 ftruncate fallocate fsync fdatasync sync_file_range flock" +
        " fadvise64 copy_file_range sendfile umask",
      always(allow, "files and descriptors, bounded by mounts and Landlock"),
    ],
    [
      "rename renameat link linkat symlink symlinkat unlink unlinkat rmdir",
      always(byPath, "paths are bounded by mounts and Landlock"),
    ],
    ["open", opening(1, byPath, reading)],
    ["openat", opening(2, byPath, reading)],
    ["creat mkdir", rule([setId(1)], byPath, "paths are bounded by mounts and Landlock")],
    ["mkdirat", rule([setId(2)], byPath, "paths are bounded by mounts and Landlock")],
    ["mknod", node(1, byPath)],
    ["mknodat", node(2, byPath)],
    [
      "renameat2",
      rule(
        [when([noBit(4, RENAME_WHITEOUT)], byPath, "without a whiteout")],
        refuse("EPERM"),
        "a device node",
      ),
    ],
    ["chmod fchmod", mode(1)],
    ["fchmodat fchmodat2", mode(2)],
    [
      "chown lchown fchown fchownat utime utimes utimensat futimesat setxattr lsetxattr fsetxattr removexattr" +
        " lremovexattr fremovexattr inotify_add_watch",
      allowIf(metadata, bounded),
    ],
    ["truncate", metadata ? always(byPath, bounded) : allowIf(false, bounded)],
    [
      "getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr",
      // As from a file system that has none: cp and ls go on.
      metadata ? always(allow, bounded) : always(refuse("EOPNOTSUPP"), bounded),
    ],
    ["inotify_init inotify_init1 inotify_rm_watch", always(allow, "watching what inotify_add_watch names")],
    [
      "fcntl",
      rule(
        [
          when([is(1, ...FCNTL_COMMANDS)], allow, "to copy descriptors, for their flags, for locks"),
          when([is(1, F_SETFL), noBit(2, O_ASYNC)], allow, "for status flags other than O_ASYNC"),
        ],
        refuse("EPERM"),
        "aiming signals, leases",
      ),
    ],
    [
      "ioctl",
      rule(
        [
          when(
            [is(1, ...IOCTL_COMMANDS)],
            allow,
            "for terminal settings and sizes, FIONREAD, FIONBIO, FICLONE",
          ),
        ],
        refuse("EPERM"),
        "typing into a terminal, aiming signals, devices",
      ),
    ],
    // Callers take EINVAL for "these two files can't" and copy by hand; nothing else is worth the kernel code behind it.
    ["splice tee vmsplice", always(refuse("EINVAL"), "callers copy instead")],
    ["sync syncfs", always(refuse("EPERM"), "makes every neighbour wait for the disk")],
    ["readahead mincore cachestat", always(refuse("EPERM"), "shows what neighbours have in the page cache")],
    ["openat2", always(refuse("ENOSYS"), "flags behind a pointer; callers fall back to openat")],
    ["name_to_handle_at open_by_handle_at", always(refuse("EPERM"), "opens files past every path")],
    [
      "file_getattr file_setattr setxattrat getxattrat listxattrat removexattrat",
      always(refuse("EPERM"), "no caller yet"),
    ],
  ];
}
