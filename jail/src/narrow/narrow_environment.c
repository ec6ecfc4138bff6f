// SPDX-License-Identifier: Apache-2.0
// A variable that is given up leaves what the kernel shows in /proc/PID/environ: the strings that the program was
// executed with, in its own memory, which no unsetenv(3) reaches.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "narrow.h"

enum { MAX_ENVIRONMENT = 1 << 21 };

// Where the strings lie (proc(5), fields 50 and 51 of stat, counted from the name's end).
static bool find_strings(pid_t program, unsigned long *from, unsigned long *to) {
  char path[32], line[4096];
  snprintf(path, sizeof path, "/proc/%d/stat", program);
  FILE *file = fopen(path, "re");
  const char *at = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
  if (file) fclose(file);
  for (int field = 2; at && field < 50; field++) at = strchr(at + 1, ' ');
  return at && sscanf(at, " %lu %lu", from, to) == 2 && *from <= *to && *to - *from <= MAX_ENVIRONMENT;
}

static bool matches(const char *variable, const char *pattern) {
  size_t length = strlen(pattern);
  if (length && pattern[length - 1] == '*') return strncmp(variable, pattern, length - 1) == 0;
  return strncmp(variable, pattern, length) == 0 && variable[length] == '=';
}

bool narrow_environment(pid_t program, const char *pattern) {
  unsigned long from = 0, to = 0;
  if (!find_strings(program, &from, &to)) return false;
  size_t size = to - from;
  if (!size) return true;
  char *strings = malloc(size + 1);
  if (!strings) return false;
  struct iovec here = {strings, size}, there = {(void *)(uintptr_t)from, size};
  bool done = process_vm_readv(program, &here, 1, &there, 1, 0) == (ssize_t)size;
  strings[size] = '\0';
  for (char *at = strings; done && at < strings + size; at += strlen(at) + 1) {
    size_t length = strlen(at);
    if (!matches(at, pattern)) continue;
    memset(at, 0, length);
    struct iovec gone = {at, length}, place = {(void *)(uintptr_t)(from + (size_t)(at - strings)), length};
    done = process_vm_writev(program, &gone, 1, &place, 1, 0) == (ssize_t)length;
    at += length; // over the end that was there
  }
  free(strings);
  return done;
}
