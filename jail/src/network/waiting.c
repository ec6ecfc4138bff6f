// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "waiting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "kernel.h"
#include "monotonic.h"
#include "shared.h"

// Of those that wait, so many are looked at every so often: a program that has a thousand of them is told later.
enum { MAX_WAITING = 1024, LOOK_EVERY_MS = 20, LOOKS = 16, NOBODY_TAKES = 10 };

static struct place {
  struct call call;
  struct wait wait;    // its descriptor is ours; -1: free
  uint64_t deadline;   // of clock_ms; 0: none
  unsigned signalled;  // so many looks have found a signal that one of several threads is to take
  uint32_t generation; // tells an event for the place's former user from one for the present one
} places[MAX_WAITING];
static unsigned used;    // places that were ever in use; those above are free
static unsigned waiting; // that are in use now
static unsigned next;    // to be looked at
static uint64_t looked_ms;

static uint64_t tag_of(const struct place *place) { return (uint64_t)place->generation << 32 | (TAG_WAITING + (uint32_t)(place - places)); }

// The program has this socket too, so that closing our descriptor does not take it out of epoll.
static void end(struct place *place, int64_t result) {
  epoll_ctl(place->call.broker->epoll, EPOLL_CTL_DEL, place->wait.fd, NULL);
  shared_close(&place->wait.fd);
  waiting--;
  place->wait.end(&place->call, place->wait.subject, result);
}

static struct place *free_place(void) {
  for (unsigned i = 0; i < used; i++) {
    if (places[i].wait.fd >= 0 && !call_valid(&places[i].call)) end(&places[i], -EINTR);
    if (places[i].wait.fd < 0) return &places[i];
  }
  return used < MAX_WAITING ? &places[used++] : NULL;
}

static uint64_t deadline_of(int fd) {
  struct timeval most = {0};
  socklen_t length = sizeof most;
  if (getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, &length) < 0 || (most.tv_sec == 0 && most.tv_usec == 0)) return 0;
  return clock_ms() + (uint64_t)most.tv_sec * 1000 + (uint64_t)most.tv_usec / 1000;
}

bool waiting_add(const struct call *call, const struct wait *wait) {
  struct place *place = free_place();
  if (!place) return false;
  *place = (struct place){.call = *call, .wait = *wait, .deadline = deadline_of(wait->fd), .generation = place->generation + 1};
  place->call.thread = -1; // that one is the broker's
  place->wait.fd = fcntl(wait->fd, F_DUPFD_CLOEXEC, 3);
  struct epoll_event event = {.events = EPOLLOUT | EPOLLONESHOT, .data.u64 = tag_of(place)};
  if (place->wait.fd < 0 || epoll_ctl(call->broker->epoll, EPOLL_CTL_ADD, place->wait.fd, &event) < 0) {
    shared_close(&place->wait.fd);
    return false;
  }
  if (waiting++ == 0) looked_ms = clock_ms();
  return true;
}

void waiting_event(uint64_t tag) {
  const unsigned index = (uint32_t)tag - TAG_WAITING;
  if (index >= used || places[index].wait.fd < 0 || tag != tag_of(&places[index])) return;
  struct place *place = &places[index];
  const int64_t result = place->wait.go_on(&place->call, place->wait.fd, place->wait.subject);
  struct epoll_event event = {.events = EPOLLOUT | EPOLLONESHOT, .data.u64 = tag};
  // Somebody else was faster.
  if (result == -EAGAIN && epoll_ctl(place->call.broker->epoll, EPOLL_CTL_MOD, place->wait.fd, &event) == 0) return;
  end(place, result);
}

// What the kernel would give the thread to do if it were not to be killed alone while it waits for us
// (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV). What is ignored is not there to be seen.
struct pending {
  uint64_t of_thread, of_process, blocked;
  unsigned threads;
};

static bool read_pending(pid_t thread, struct pending *pending) {
  char path[32], line[128];
  unsigned long long mask;
  snprintf(path, sizeof path, "/proc/%d/status", thread);
  FILE *status = fopen(path, "re");
  if (!status) return false;
  *pending = (struct pending){.threads = 0};
  while (fgets(line, sizeof line, status)) {
    if (sscanf(line, "SigPnd: %llx", &mask) == 1) pending->of_thread = mask;
    else if (sscanf(line, "ShdPnd: %llx", &mask) == 1) pending->of_process = mask;
    else if (sscanf(line, "SigBlk: %llx", &mask) == 1) pending->blocked = mask;
    else sscanf(line, "Threads: %u", &pending->threads);
  }
  fclose(status);
  return true;
}

// The error by which a signal ends the wait; 0: none does.
static int interruption(struct place *place) {
  struct pending pending = {0};
  const bool has_read = read_pending(place->call.pid, &pending);
  if (!call_valid(&place->call)) return EINTR; // whoever died while waiting has left its place behind
  if (!has_read) return 0;
  const bool for_thread = pending.of_thread & ~pending.blocked, for_process = pending.of_process & ~pending.blocked;
  place->signalled = for_process ? place->signalled + 1 : 0;
  // The signal cannot but be this thread's, so the kernel never shows it this error: it begins the call again, returns
  // EINTR, stops or ends, as the signal's disposition is. With a time-out no call is begun again.
  if (for_thread || (for_process && pending.threads == 1)) return place->deadline ? EINTR : K_ERESTARTSYS;
  // Where none of several threads has taken it for a while, it may be this one that is to.
  return place->signalled >= NOBODY_TAKES ? EINTR : 0;
}

int waiting_pause(void) { return waiting ? LOOK_EVERY_MS : -1; }

void waiting_look(void) {
  const uint64_t now = clock_ms();
  if (!waiting || now - looked_ms < LOOK_EVERY_MS) return;
  looked_ms = now;
  for (unsigned i = 0; i < used; i++)
    if (places[i].wait.fd >= 0 && places[i].deadline && now >= places[i].deadline) end(&places[i], -places[i].wait.late);
  unsigned looks = 0;
  for (unsigned i = 0; i < used && looks < LOOKS; i++) {
    struct place *place = &places[next++ % used];
    if (place->wait.fd < 0) continue;
    looks++;
    const int interrupted = interruption(place);
    if (interrupted) end(place, -interrupted);
  }
}
