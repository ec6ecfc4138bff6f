// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "kernel.h"
#include "stage.h"

void clock_restart(int proc) {
  struct timespec monotonic, boot;
  char text[96];
  if (unshare(K_CLONE_NEWTIME) < 0 || clock_gettime(CLOCK_MONOTONIC, &monotonic) < 0 || clock_gettime(CLOCK_BOOTTIME, &boot) < 0)
    stage_fail("clock", "time namespace");
  int length = snprintf(text, sizeof text, "monotonic %lld 0\nboottime %lld 0\n", -(long long)monotonic.tv_sec, -(long long)boot.tv_sec);
  AUTO_FD offsets = openat(proc, "self/timens_offsets", O_WRONLY | O_CLOEXEC);
  if (offsets < 0 || write(offsets, text, (size_t)length) != length) stage_fail("clock", "timens_offsets");
}
