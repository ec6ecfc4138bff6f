// SPDX-License-Identifier: Apache-2.0
// Read before every source of the jail when cordon-jail-faults is built, and never for cordon-jail: each call below can
// be made to fail. Every place where one stands is a site, and notes itself in a table that the linker gathers, so none
// can be forgotten: whoever calls something that is not listed here is told by attacks/faults/test.
#pragma once

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct fault_site {
  const char *call, *file, *function;
  long line;
};

// Counts the site, notes it, and says whether the call is to fail; errno is set then.
bool fault_fails(const struct fault_site *site);

// In a process that has just been made: it is another one, and counts from 1.
long fault_forked(const struct fault_site *site, long result);

#define FAULT_SITE(name) \
  static const struct fault_site fault_site_ __attribute__((used, section("fault_sites"))) = {name, __FILE__, __func__, __LINE__}
#define FAULT_OF(name, failed, call) __extension__({ FAULT_SITE(name); fault_fails(&fault_site_) ? (failed) : (call); })
#define FAULT(name, ...) FAULT_OF(#name, -1, (name)(__VA_ARGS__))
#define FAULT_NULL(name, ...) FAULT_OF(#name, NULL, (name)(__VA_ARGS__))
#define FAULT_FORK(name, call) __extension__({ FAULT_SITE(name); fault_fails(&fault_site_) ? -1 : fault_forked(&fault_site_, (call)); })

#define fork() FAULT_FORK("fork", (fork)())
#define syscall(number, ...) FAULT_FORK(#number, (syscall)(number, ##__VA_ARGS__))
#define signal(...) FAULT_OF("signal", SIG_ERR, (signal)(__VA_ARGS__))

#define calloc(...) FAULT_NULL(calloc, __VA_ARGS__)
#define mmap(...) FAULT_OF("mmap", MAP_FAILED, (mmap)(__VA_ARGS__))
#define fgets(...) FAULT_NULL(fgets, __VA_ARGS__)
#define fopen(...) FAULT_NULL(fopen, __VA_ARGS__)
#define malloc(...) FAULT_NULL(malloc, __VA_ARGS__)
#define opendir(...) FAULT_NULL(opendir, __VA_ARGS__)
#define readdir(...) FAULT_NULL(readdir, __VA_ARGS__)
#define realloc(...) FAULT_NULL(realloc, __VA_ARGS__)
#define reallocarray(...) FAULT_NULL(reallocarray, __VA_ARGS__)
#define realpath(...) FAULT_NULL(realpath, __VA_ARGS__)

#define accept4(...) FAULT(accept4, __VA_ARGS__)
#define access(...) FAULT(access, __VA_ARGS__)
#define bind(...) FAULT(bind, __VA_ARGS__)
#define chdir(...) FAULT(chdir, __VA_ARGS__)
#define chroot(...) FAULT(chroot, __VA_ARGS__)
#define connect(...) FAULT(connect, __VA_ARGS__)
#define dup2(...) FAULT(dup2, __VA_ARGS__)
#define dup3(...) FAULT(dup3, __VA_ARGS__)
#define epoll_create1(...) FAULT(epoll_create1, __VA_ARGS__)
#define epoll_ctl(...) FAULT(epoll_ctl, __VA_ARGS__)
#define epoll_wait(...) FAULT(epoll_wait, __VA_ARGS__)
#define execv(...) FAULT(execv, __VA_ARGS__)
#define execve(...) FAULT(execve, __VA_ARGS__)
#define faccessat(...) FAULT(faccessat, __VA_ARGS__)
#define fchdir(...) FAULT(fchdir, __VA_ARGS__)
#define fchmod(...) FAULT(fchmod, __VA_ARGS__)
#define fcntl(...) FAULT(fcntl, __VA_ARGS__)
#define fscanf(...) FAULT(fscanf, __VA_ARGS__)
#define fstat(...) FAULT(fstat, __VA_ARGS__)
#define fstatfs(...) FAULT(fstatfs, __VA_ARGS__)
#define fstatat(...) FAULT(fstatat, __VA_ARGS__)
#define fread(...) FAULT_OF("fread", 0, (fread)(__VA_ARGS__))
#define getpeername(...) FAULT(getpeername, __VA_ARGS__)
#define getrandom(...) FAULT(getrandom, __VA_ARGS__)
#define getresuid(...) FAULT(getresuid, __VA_ARGS__)
#define getrlimit(...) FAULT(getrlimit, __VA_ARGS__)
#define getrusage(...) FAULT(getrusage, __VA_ARGS__)
#define getsockname(...) FAULT(getsockname, __VA_ARGS__)
#define getsockopt(...) FAULT(getsockopt, __VA_ARGS__)
#define ioctl(...) FAULT(ioctl, __VA_ARGS__)
#define kill(...) FAULT(kill, __VA_ARGS__)
#define linkat(...) FAULT(linkat, __VA_ARGS__)
#define listen(...) FAULT(listen, __VA_ARGS__)
#define lseek(...) FAULT(lseek, __VA_ARGS__)
#define eventfd(...) FAULT(eventfd, __VA_ARGS__)
#define memfd_create(...) FAULT(memfd_create, __VA_ARGS__)
#define mkdir(...) FAULT(mkdir, __VA_ARGS__)
#define mkdirat(...) FAULT(mkdirat, __VA_ARGS__)
#define mknodat(...) FAULT(mknodat, __VA_ARGS__)
#define mount(...) FAULT(mount, __VA_ARGS__)
#define nanosleep(...) FAULT(nanosleep, __VA_ARGS__)
#define open(...) FAULT(open, __VA_ARGS__)
#define openat(...) FAULT(openat, __VA_ARGS__)
#define madvise(...) FAULT(madvise, __VA_ARGS__)
#define pipe(...) FAULT(pipe, __VA_ARGS__)
#define pipe2(...) FAULT(pipe2, __VA_ARGS__)
#define poll(...) FAULT(poll, __VA_ARGS__)
#define prctl(...) FAULT(prctl, __VA_ARGS__)
#define process_vm_readv(...) FAULT(process_vm_readv, __VA_ARGS__)
#define process_vm_writev(...) FAULT(process_vm_writev, __VA_ARGS__)
#define pread(...) FAULT(pread, __VA_ARGS__)
#define ptrace(...) FAULT(ptrace, __VA_ARGS__)
#define read(...) FAULT(read, __VA_ARGS__)
#define readlink(...) FAULT(readlink, __VA_ARGS__)
#define readlinkat(...) FAULT(readlinkat, __VA_ARGS__)
#define recv(...) FAULT(recv, __VA_ARGS__)
#define recvfrom(...) FAULT(recvfrom, __VA_ARGS__)
#define recvmsg(...) FAULT(recvmsg, __VA_ARGS__)
#define rmdir(...) FAULT(rmdir, __VA_ARGS__)
#define send(...) FAULT(send, __VA_ARGS__)
#define sendmsg(...) FAULT(sendmsg, __VA_ARGS__)
#define sendto(...) FAULT(sendto, __VA_ARGS__)
#define setgroups(...) FAULT(setgroups, __VA_ARGS__)
#define sethostname(...) FAULT(sethostname, __VA_ARGS__)
#define setns(...) FAULT(setns, __VA_ARGS__)
#define setpgid(...) FAULT(setpgid, __VA_ARGS__)
#define setpriority(...) FAULT(setpriority, __VA_ARGS__)
#define setresgid(...) FAULT(setresgid, __VA_ARGS__)
#define setresuid(...) FAULT(setresuid, __VA_ARGS__)
#define setrlimit(...) FAULT(setrlimit, __VA_ARGS__)
#define setsid() FAULT(setsid)
#define setsockopt(...) FAULT(setsockopt, __VA_ARGS__)
#define signalfd(...) FAULT(signalfd, __VA_ARGS__)
#define sigprocmask(...) FAULT(sigprocmask, __VA_ARGS__)
#define sigwaitinfo(...) FAULT(sigwaitinfo, __VA_ARGS__)
#define socket(...) FAULT(socket, __VA_ARGS__)
#define socketpair(...) FAULT(socketpair, __VA_ARGS__)
#define statfs(...) FAULT(statfs, __VA_ARGS__)
#define statx(...) FAULT(statx, __VA_ARGS__)
#define symlinkat(...) FAULT(symlinkat, __VA_ARGS__)
#define sysinfo(...) FAULT(sysinfo, __VA_ARGS__)
#define timerfd_create(...) FAULT(timerfd_create, __VA_ARGS__)
#define timerfd_gettime(...) FAULT(timerfd_gettime, __VA_ARGS__)
#define timerfd_settime(...) FAULT(timerfd_settime, __VA_ARGS__)
#define truncate(...) FAULT(truncate, __VA_ARGS__)
#define umount2(...) FAULT(umount2, __VA_ARGS__)
#define uname(...) FAULT(uname, __VA_ARGS__)
#define unlinkat(...) FAULT(unlinkat, __VA_ARGS__)
#define unshare(...) FAULT(unshare, __VA_ARGS__)
#define waitpid(...) FAULT(waitpid, __VA_ARGS__)
#define write(...) FAULT(write, __VA_ARGS__)
