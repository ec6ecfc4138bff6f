// SPDX-License-Identifier: Apache-2.0
// Raw system calls for hostile programs: the walls must hold against native code as they do against JavaScript.
// Every function returns what the kernel answered: a result, or a negative errno.
#define _GNU_SOURCE
#include "native.h"

#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

static bool read_argument(napi_env env, napi_value from, struct argument *into) {
  napi_valuetype type;
  bool is_buffer = false;
  napi_typeof(env, from, &type);
  *into = (struct argument){0};
  if (type == napi_number) {
    double value;
    napi_get_value_double(env, from, &value);
    into->value = (intptr_t)(int64_t)value;
    return true;
  }
  if (type == napi_bigint) {
    int64_t value;
    bool lossless;
    napi_get_value_bigint_int64(env, from, &value, &lossless);
    into->value = (intptr_t)value;
    return true;
  }
  if (type == napi_string) {
    size_t length;
    napi_get_value_string_utf8(env, from, NULL, 0, &length);
    into->owned = malloc(length + 1);
    if (into->owned == NULL) return false;
    napi_get_value_string_utf8(env, from, into->owned, length + 1, &length);
    into->bytes = into->owned;
    into->length = length + 1;
    into->value = (intptr_t)into->owned;
    return true;
  }
  if (type == napi_null || type == napi_undefined) return true;
  napi_is_buffer(env, from, &is_buffer);
  if (!is_buffer) {
    napi_throw_type_error(env, NULL, "Expected a number, bigint, string, Buffer or null");
    return false;
  }
  napi_get_buffer_info(env, from, &into->bytes, &into->length);
  into->value = (intptr_t)into->bytes;
  return true;
}

int read_arguments(napi_env env, napi_callback_info info, struct argument *into, int skip, intptr_t *first) {
  napi_value values[MAX_ARGUMENTS];
  size_t count = MAX_ARGUMENTS;
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
  if (count > MAX_ARGUMENTS) count = MAX_ARGUMENTS;
  if (skip == 1) {
    struct argument leading;
    if (count < 1 || !read_argument(env, values[0], &leading)) return -1;
    *first = leading.value;
  }
  int used = 0;
  for (size_t index = (size_t)skip; index < count; index++) {
    if (!read_argument(env, values[index], &into[used])) return -1;
    used++;
  }
  return used;
}

void release_arguments(struct argument *arguments, int count) {
  for (int index = 0; index < count; index++) free(arguments[index].owned);
}

#if defined(__x86_64__)
static long raw(long nr, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

// The 32-bit entry, with 32-bit numbers. Its pointers must lie below 4 GiB.
static long compat_raw(long nr, long a, long b, long c, long d, long e) {
  long result;
  __asm__ volatile("push %%r8; push %%r9; push %%r10; push %%r11\n\tint $0x80\n\tpop %%r11; pop %%r10; pop %%r9; pop %%r8"
                   : "=a"(result)
                   : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                   : "memory", "cc");
  return result;
}
#else
static long raw(long nr, long a, long b, long c, long d, long e, long f) {
  long result = syscall(nr, a, b, c, d, e, f);
  return result == -1 ? -errno : result;
}
static long compat_raw(long nr, long a, long b, long c, long d, long e) {
  (void)nr, (void)a, (void)b, (void)c, (void)d, (void)e;
  return -ENOSYS;
}
#endif

static napi_value call(napi_env env, napi_callback_info info) {
  struct argument argument[MAX_ARGUMENTS] = {0};
  intptr_t nr = 0;
  int count = read_arguments(env, info, argument, 1, &nr);
  if (count < 0) return NULL;
  long result = raw(nr, argument[0].value, argument[1].value, argument[2].value, argument[3].value,
                    argument[4].value, argument[5].value);
  release_arguments(argument, count);
  return number(env, (double)result);
}

#define LOW_BYTES 65536
static napi_value compat(napi_env env, napi_callback_info info) {
  struct argument argument[MAX_ARGUMENTS] = {0};
  intptr_t nr = 0;
  int count = read_arguments(env, info, argument, 1, &nr);
  if (count < 0) return NULL;
  char *low = mmap(NULL, LOW_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (low == MAP_FAILED) {
    release_arguments(argument, count);
    return number(env, -ENOMEM);
  }
  size_t used = 0;
  size_t at[MAX_ARGUMENTS] = {0};
  for (int index = 0; index < count; index++) {
    if (argument[index].bytes == NULL || used + argument[index].length > LOW_BYTES) continue;
    memcpy(low + used, argument[index].bytes, argument[index].length);
    argument[index].value = (intptr_t)(low + used);
    at[index] = used;
    used += argument[index].length;
  }
  long result = compat_raw(nr, argument[0].value, argument[1].value, argument[2].value, argument[3].value,
                           argument[4].value);
  for (int index = 0; index < count; index++)
    if (argument[index].bytes != NULL) memcpy(argument[index].bytes, low + at[index], argument[index].length);
  munmap(low, LOW_BYTES);
  release_arguments(argument, count);
  return number(env, (double)(int)result);
}

static napi_value address(napi_env env, napi_callback_info info) {
  struct argument argument[MAX_ARGUMENTS] = {0};
  int count = read_arguments(env, info, argument, 0, NULL);
  if (count < 0) return NULL;
  double value = (double)argument[0].value;
  release_arguments(argument, count);
  return number(env, value);
}

static napi_value peek(napi_env env, napi_callback_info info) {
  struct argument argument[MAX_ARGUMENTS] = {0};
  int count = read_arguments(env, info, argument, 0, NULL);
  if (count < 2) return NULL;
  napi_value copy;
  napi_create_buffer_copy(env, (size_t)argument[1].value, (void *)argument[0].value, NULL, &copy);
  return copy;
}

// The child leaves at once with 42: what counts is whether there was one.
#define CHILD_WORD 42
static long await_child(long child) {
  int status = 0;
  if (child < 0) return child;
  if (waitpid((pid_t)child, &status, 0) < 0) return -errno;
  return WIFEXITED(status) && WEXITSTATUS(status) == CHILD_WORD ? child : -ECHILD;
}

static napi_value new_process(napi_env env, napi_callback_info info) {
  struct argument argument[MAX_ARGUMENTS] = {0};
  int count = read_arguments(env, info, argument, 0, NULL);
  if (count < 1) return NULL;
  long nr = argument[0].value;
  long flags = argument[1].value;
  struct clone_args arguments = {.flags = (uint64_t)flags, .exit_signal = SIGCHLD};
  long child;
  if (nr == SYS_clone)
    child = raw(nr, flags | SIGCHLD, 0, 0, 0, 0, 0);
  else if (nr == SYS_clone3)
    child = raw(nr, (long)&arguments, sizeof arguments, 0, 0, 0, 0);
#ifdef SYS_vfork
  // A vfork child that returned from here would tear down the stack it shares; libc's wrapper may not be inlined either.
  else if (nr == SYS_vfork) {
    child = vfork();
    if (child == 0) _exit(CHILD_WORD);
    if (child < 0) child = -errno;
  }
#endif
  else
    child = raw(nr, 0, 0, 0, 0, 0, 0);
  if (child == 0) _exit(CHILD_WORD);
  return number(env, (double)await_child(child));
}

// posixSpawn(path): starts an executable with the word "say" by posix_spawn, which neither forks nor calls vfork by
// name. The child's output is the program's own; what comes back is its process id, or a negative errno.
static napi_value spawn(napi_env env, napi_callback_info info) {
  struct argument argument[MAX_ARGUMENTS] = {0};
  int count = read_arguments(env, info, argument, 0, NULL);
  if (count < 1 || argument[0].bytes == NULL) return NULL;
  char *words[] = {"tool", "say", NULL};
  pid_t child = 0;
  int status = 0;
  long result = -posix_spawn(&child, argument[0].bytes, NULL, NULL, words, environ);
  if (result == 0) result = waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? child : -ECHILD;
  release_arguments(argument, count);
  return number(env, (double)result);
}

static atomic_bool flipping;
static pthread_t flipper;
static struct {
  char *target, *first, *second;
  size_t length;
} race;

static void *flip_until_told(void *unused) {
  while (atomic_load_explicit(&flipping, memory_order_relaxed)) {
    memcpy(race.target, race.first, race.length);
    atomic_signal_fence(memory_order_seq_cst);
    memcpy(race.target, race.second, race.length);
    atomic_signal_fence(memory_order_seq_cst);
  }
  return unused;
}

// flip(target, first, second): another thread writes one and the other into the target until settle().
static napi_value flip(napi_env env, napi_callback_info info) {
  struct argument argument[MAX_ARGUMENTS] = {0};
  int count = read_arguments(env, info, argument, 0, NULL);
  if (count < 3) return NULL;
  race.target = argument[0].bytes;
  race.first = argument[1].bytes;
  race.second = argument[2].bytes;
  race.length = argument[0].length;
  atomic_store(&flipping, true);
  return number(env, -pthread_create(&flipper, NULL, flip_until_told, NULL));
}

static napi_value settle(napi_env env, napi_callback_info info) {
  (void)info;
  if (atomic_exchange(&flipping, false)) pthread_join(flipper, NULL);
  return number(env, 0);
}

#define NAMED(name) {#name, SYS_##name}
static const struct {
  const char *name;
  long nr;
} numbers[] = {
    NAMED(openat), NAMED(openat2), NAMED(read), NAMED(write), NAMED(close), NAMED(fcntl), NAMED(ioctl), NAMED(kill), NAMED(tgkill),
    NAMED(rt_sigqueueinfo), NAMED(pidfd_open), NAMED(pidfd_send_signal), NAMED(pidfd_getfd), NAMED(ptrace), NAMED(wait4),
    NAMED(process_vm_readv), NAMED(process_vm_writev), NAMED(memfd_create), NAMED(execve), NAMED(execveat), NAMED(clone), NAMED(clone3), NAMED(unshare),
    NAMED(setns), NAMED(mount), NAMED(open_tree), NAMED(move_mount), NAMED(fsopen), NAMED(fsconfig), NAMED(fsmount),
    NAMED(mount_setattr), NAMED(chroot), NAMED(pivot_root), NAMED(io_uring_setup), NAMED(bpf), NAMED(userfaultfd),
    NAMED(perf_event_open), NAMED(personality), NAMED(add_key), NAMED(keyctl), NAMED(request_key), NAMED(shmget), NAMED(shmat),
    NAMED(shmdt), NAMED(shmctl), NAMED(msgctl), NAMED(renameat2), NAMED(symlinkat), NAMED(linkat), NAMED(mkdirat), NAMED(msgget), NAMED(msgsnd), NAMED(msgrcv), NAMED(semget), NAMED(semop), NAMED(semctl), NAMED(mq_open), NAMED(mq_timedsend),
    NAMED(mq_timedreceive), NAMED(mq_unlink), NAMED(name_to_handle_at), NAMED(open_by_handle_at), NAMED(init_module), NAMED(kexec_load),
    NAMED(socket), NAMED(socketpair), NAMED(connect), NAMED(bind), NAMED(listen), NAMED(accept4), NAMED(sendto), NAMED(sendmsg), NAMED(sendmmsg),
    NAMED(recvmsg), NAMED(setsockopt), NAMED(getsockopt), NAMED(fchmod), NAMED(fchmodat), NAMED(fchownat), NAMED(utimensat),
    NAMED(setxattr), NAMED(fsetxattr), NAMED(truncate), NAMED(ftruncate), NAMED(fallocate), NAMED(statx), NAMED(chdir),
    NAMED(fchdir), NAMED(mknodat), NAMED(sethostname), NAMED(setuid), NAMED(setgid), NAMED(setresuid), NAMED(setresgid), NAMED(setgroups), NAMED(prctl), NAMED(dup), NAMED(pipe2),
    NAMED(unlinkat), NAMED(prlimit64), NAMED(uname), NAMED(sysinfo), NAMED(sched_getaffinity), NAMED(clock_gettime),
    NAMED(mmap), NAMED(mprotect), NAMED(umount2), NAMED(setitimer), NAMED(dup3), NAMED(epoll_create1), NAMED(epoll_ctl), NAMED(epoll_pwait), NAMED(fchown), NAMED(removexattr),
#ifdef __x86_64__
    NAMED(fork), NAMED(vfork), NAMED(utime), NAMED(utimes), NAMED(futimesat),
#endif
};

static void method(napi_env env, napi_value on, const char *name, napi_callback function) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value);
  napi_set_named_property(env, on, name, value);
}

NAPI_MODULE_INIT() {
  napi_value table;
  napi_create_object(env, &table);
  for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++)
    napi_set_named_property(env, table, numbers[index].name, number(env, (double)numbers[index].nr));
  napi_set_named_property(env, exports, "numbers", table);
  method(env, exports, "call", call);
  method(env, exports, "compat", compat);
  method(env, exports, "address", address);
  method(env, exports, "peek", peek);
  method(env, exports, "process", new_process);
  method(env, exports, "posixSpawn", spawn);
  method(env, exports, "flip", flip);
  method(env, exports, "settle", settle);
  method(env, exports, "uringOpen", uring_open);
  method(env, exports, "uringConnect", uring_connect);
  return exports;
}
