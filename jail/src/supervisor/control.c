// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "control.h"

#include <errno.h>
#include <unistd.h>

#include "narrow.h"

bool control_read(int fd, void (*run)(void *self, char *line), void *self) {
  static char line[NARROW_MAX_LINE];
  static size_t length;
  char text[4096];
  ssize_t got = read(fd, text, sizeof text);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (got <= 0) return false;
  for (ssize_t i = 0; i < got; i++) {
    if (text[i] != '\n') {
      if (length < sizeof line - 1) line[length++] = text[i];
      continue;
    }
    line[length] = '\0';
    length = 0;
    run(self, line);
  }
  return true;
}
