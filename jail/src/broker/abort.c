// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "abort.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

// What V8::FatalProcessOutOfMemory leaves in two words of its frame for whoever looks at the remains
// (HeapStats::kStartMarker and kEndMarker in V8's src/heap/heap.h): negative ints, in words of the pointers' size.
static const uint64_t START = 0xFFFFFFFFDECADE00, END = 0xFFFFFFFFDECADE01;
enum { PAGE = 4096, PAGES = 32, WORDS = PAGES * PAGE / (int)sizeof(uint64_t) };

// Where the thread's stack ends at present; 0 while it still runs: the kernel then has nothing to say but that.
static uint64_t stack_pointer(pid_t thread) {
  char path[64];
  unsigned long long pointer = 0;
  snprintf(path, sizeof path, "/proc/%d/syscall", thread);
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  if (fscanf(file, "%*s %*s %*s %*s %*s %*s %*s %llx", &pointer) != 1) pointer = 0;
  fclose(file);
  return pointer;
}

// The call is handed over before its thread has gone to sleep over it, and whoever is woken by it may run first, the
// more so on one processor. Nothing tells when the thread sleeps. A program that makes such calls for no end, with more
// threads than processors, must not hold the supervisor up by it: there is so much patience for all of a cell's life.
static uint64_t sleeping_stack_pointer(const struct call *call) {
  for (;;) {
    uint64_t pointer = stack_pointer(call->pid);
    if (pointer || !call->broker->patience || !call_valid(call)) return pointer;
    call->broker->patience--;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
}

static bool has_record(const struct call *call) {
  static uint64_t stack[WORDS];
  struct iovec here = {stack, sizeof stack}, there[PAGES];
  uint64_t from = sleeping_stack_pointer(call) & ~(uint64_t)(sizeof *stack - 1);
  bool has_start = false, has_end = false;
  if (!from || from > UINT64_MAX - sizeof stack) return false;
  // Page by page: it may be less than that to the stack's end.
  for (size_t i = 0; i < PAGES; i++) there[i] = (struct iovec){(void *)(uintptr_t)(from + i * PAGE), PAGE};
  ssize_t got = process_vm_readv(call->pid, &here, 1, there, PAGES, 0);
  for (size_t i = 0; got > 0 && i < (size_t)got / sizeof *stack; i++) {
    has_start |= stack[i] == START;
    has_end |= stack[i] == END;
  }
  return has_start && has_end;
}

void abort_call(struct call *call) {
  if (has_record(call) && call_valid(call)) call->broker->out_of_heap = call_process(call);
  call_continue(call);
}
