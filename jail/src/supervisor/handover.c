// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "handover.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"

static const char PLAN[] = "CORDON_PLAN=";

// Overwrites what lies in between, and gives the whole pages of it back.
static void wipe(char *start, char *end) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  explicit_bzero(start, (size_t)(end - start));
  char *first = start + (page - (uintptr_t)start % page) % page, *last = end - (uintptr_t)end % page;
  if (first < last) madvise(first, (size_t)(last - first), MADV_DONTNEED);
}

bool handover_take(struct handover *handover) {
  *handover = (struct handover){fd_memory("plan", MFD_CLOEXEC), fd_memory("environment", MFD_CLOEXEC)};
  if (handover->plan < 0 || handover->environment < 0) return false;
  char *start = environ[0], *end = start;
  for (char **variable = environ; *variable; variable++) {
    size_t length = strlen(*variable);
    bool is_plan = strncmp(*variable, PLAN, sizeof PLAN - 1) == 0;
    if (is_plan ? !fd_write(handover->plan, *variable + sizeof PLAN - 1, length - (sizeof PLAN - 1))
                : !fd_write(handover->environment, *variable, length + 1))
      return false;
    if (*variable + length + 1 > end) end = *variable + length + 1;
  }
  if (start) wipe(start, end);
  static char *nothing[] = {NULL};
  environ = nothing;
  return lseek(handover->plan, 0, SEEK_SET) == 0;
}

char **handover_environment(int environment) {
  struct stat file;
  if (fstat(environment, &file) < 0) return NULL;
  size_t size = (size_t)file.st_size, count = 0;
  char *text = malloc(size + 1);
  if (!text || pread(environment, text, size, 0) != (ssize_t)size) return NULL;
  for (size_t i = 0; i < size; i++) count += text[i] == '\0';
  char **variables = calloc(count + 1, sizeof *variables);
  if (!variables) return NULL;
  for (size_t i = 0; i < count; i++, text += strlen(text) + 1) variables[i] = text;
  return variables;
}
