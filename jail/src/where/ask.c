// SPDX-License-Identifier: Apache-2.0
// A debugger's means (ptrace(2)), and V8's own: `Isolate::RequestInterrupt` has a function called in the main thread as
// soon as that comes to a safe place, which every loop has. The function is code of ours that is written over the
// executable's entry, where nothing goes a second time; it calls V8's printer of stacks.
#define _GNU_SOURCE
#include "ask.h"

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "kernel.h"
#include "machine.h"

#ifdef WHERE_CODE
__asm__(".pushsection .rodata\n.balign 16\n.globl where_code, where_code_print, where_code_end\n"
        "where_code:\n" WHERE_CODE ".balign 8\nwhere_code_print: .quad 0\nwhere_code_text: .ascii \"\\n.\\n\"\n.balign 8\nwhere_code_end:\n.popsection");

// Below what the thread uses of its stack: what a function may keep there without saying so, and more.
enum { STACK_ROOM = 4096, MOST_THREADS = 256, MOST_SIGNALS = 64 };

static void *as_pointer(uint64_t address) { return (void *)(uintptr_t)address; }

static bool registers(pid_t thread, int request, machine_registers *r) {
  struct iovec all = {r, sizeof *r};
  return ptrace(request, thread, as_pointer(NT_PRSTATUS), &all) == 0;
}

static bool wait_for_stop(pid_t thread, int *number) {
  int status;
  if (waitpid(thread, &status, __WALL) != thread || !WIFSTOPPED(status)) return false;
  *number = WSTOPSIG(status);
  return true;
}

static bool stop(pid_t thread, machine_registers *r) {
  int number;
  return ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) == 0 && wait_for_stop(thread, &number) && registers(thread, PTRACE_GETREGSET, r);
}

static bool in_call(pid_t thread, const machine_registers *r) {
  uint64_t counter = machine_counter(r);
  long word = ptrace(PTRACE_PEEKTEXT, thread, as_pointer(counter & ~UINT64_C(7)), NULL);
  return machine_in_call(r, (uint32_t)((uint64_t)word >> (counter & 4 ? 32 : 0)));
}

// Nobody calls epoll but the event loop, which has called no JavaScript then.
static bool is_idle(const machine_registers *r) {
  const uint64_t number = machine_call_number(r);
#ifdef SYS_epoll_wait
  if (number == SYS_epoll_wait) return true;
#endif
  return number == SYS_epoll_pwait || number == SYS_epoll_pwait2;
}

static bool poke(pid_t thread, uint64_t address, uint64_t word) { return ptrace(PTRACE_POKEDATA, thread, as_pointer(address), as_pointer(word)) == 0; }

// Sets a stopped thread off in a function, from which it comes back to address 0.
static bool enter(pid_t thread, const machine_registers *from, uint64_t function, const uint64_t arguments[3]) {
  machine_registers r = *from;
  uint64_t stack = ((machine_stack(from) - STACK_ROOM) & ~UINT64_C(15)) - MACHINE_RETURN_ON_STACK;
  if (MACHINE_RETURN_ON_STACK && !poke(thread, stack, 0)) return false;
  machine_call(&r, function, stack, arguments);
  return registers(thread, PTRACE_SETREGSET, &r);
}

// Has a stopped thread call a function and come back to where it was.
static bool call(pid_t thread, machine_registers *from, uint64_t function, const uint64_t arguments[3], uint64_t *result) {
  machine_registers r;
  if (!enter(thread, from, function, arguments)) return false;
  for (int tries = 0, number; tries < MOST_SIGNALS; tries++) {
    if (ptrace(PTRACE_CONT, thread, NULL, NULL) < 0 || !wait_for_stop(thread, &number) || !registers(thread, PTRACE_GETREGSET, &r)) return false;
    if (number == SIGSEGV && machine_counter(&r) == 0) {
      *result = machine_result(&r);
      return registers(thread, PTRACE_SETREGSET, from);
    }
    if (number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE) return false;
    // Any other signal is lost: the program ends in a moment.
  }
  return false;
}

// Where the executable's entry is: what the plan says of addresses counts from there.
static uint64_t entry_of(pid_t program) {
  char path[32];
  uint64_t entry = 0, pair[2];
  snprintf(path, sizeof path, "/proc/%d/auxv", program);
  AUTO_FD file = open(path, O_RDONLY | O_CLOEXEC);
  while (file >= 0 && read(file, pair, sizeof pair) == (ssize_t)sizeof pair && pair[0] != AT_NULL)
    if (pair[0] == AT_ENTRY) entry = pair[1];
  return entry;
}

static bool write_code(pid_t thread, uint64_t entry, uint64_t print) {
  for (size_t at = 0; at < (size_t)(where_code_end - where_code); at += sizeof(uint64_t)) {
    uint64_t word;
    memcpy(&word, where_code + at, sizeof word);
    if (where_code + at == where_code_print) word = print;
    if (!poke(thread, entry + at, word)) return false;
  }
  return true;
}

// A thread that waits in a system call: it holds no lock that the request needs, as the main thread may. 0: there is none.
static pid_t stop_waiting(pid_t program, machine_registers *r) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", program);
  DIR *tasks = opendir(path);
  pid_t found = 0;
  for (int seen = 0; tasks && !found && seen < MOST_THREADS; seen++) {
    struct dirent *entry = readdir(tasks);
    if (!entry) break;
    pid_t thread = atoi(entry->d_name);
    if (thread <= 0 || thread == program || ptrace(PTRACE_SEIZE, thread, NULL, NULL) < 0) continue;
    // Only after that is the number sure to stay this thread's.
    bool is_ours = faccessat(dirfd(tasks), entry->d_name, F_OK, 0) == 0;
    if (is_ours && stop(thread, r) && in_call(thread, r)) found = thread;
    else ptrace(PTRACE_DETACH, thread, NULL, NULL); // fails where it runs; our end lets go of it
  }
  if (tasks) closedir(tasks);
  return found;
}

enum asked ask_where(const struct plan_where *at, pid_t program, int pidfd) {
  machine_registers main_thread, waiting;
  uint64_t isolate, ignored;
  if (ptrace(PTRACE_SEIZE, program, NULL, NULL) < 0) return ASKED_IN_VAIN;
  if (syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) < 0 || !stop(program, &main_thread)) return ASKED_IN_VAIN;
  const bool is_in_call = in_call(program, &main_thread);
  if (is_in_call && is_idle(&main_thread)) return ASKED_IDLE;
  const uint64_t entry = entry_of(program), bias = entry - at->entry;
  if (!entry || !call(program, &main_thread, at->current + bias, (const uint64_t[3]){0}, &isolate) || !isolate) return ASKED_IN_VAIN;
  if (!write_code(program, entry, at->print + bias)) return ASKED_IN_VAIN;
  const uint64_t interrupted[3] = {isolate, at->stream + bias, 0}, request[3] = {isolate, entry, at->stream + bias};
  bool done;
  if (is_in_call) { // it may wait there for ever; its stack can be printed at once
    done = enter(program, &main_thread, entry, interrupted) && ptrace(PTRACE_DETACH, program, NULL, NULL) == 0;
  } else {
    pid_t thread = stop_waiting(program, &waiting);
    if (!thread) done = call(program, &main_thread, at->request + bias, request, &ignored);
    else done = call(thread, &waiting, at->request + bias, request, &ignored) && ptrace(PTRACE_DETACH, thread, NULL, NULL) == 0;
    done = ptrace(PTRACE_DETACH, program, NULL, NULL) == 0 && done;
  }
  return done ? ASKED : ASKED_IN_VAIN;
}
#else
enum asked ask_where(const struct plan_where *at, pid_t program, int pidfd) { return (void)at, (void)program, (void)pidfd, ASKED_IN_VAIN; }
#endif
