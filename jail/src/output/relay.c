// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "monotonic.h"
#include "stage.h"

enum { CHUNK = 16384, PATIENCE_MS = 1000, HELD_BACK_MS = 100 };

struct relay_counts {
  _Atomic uint64_t bytes, held_back, peak;
};

struct stream {
  int from, to; // `from` is -1 once nothing can come any more
};

// What may be passed on now: a second's worth at most.
struct budget {
  uint64_t rate, left, seen_ms, owed; // `owed`: thousandths of a byte
};

static void refill(struct budget *budget) {
  const uint64_t now = clock_ms(), elapsed = now - budget->seen_ms < 1000 ? now - budget->seen_ms : 1000;
  budget->seen_ms = now;
  budget->owed += elapsed * budget->rate;
  budget->left += budget->owed / 1000;
  budget->owed %= 1000;
  if (budget->left > budget->rate) budget->left = budget->rate;
}

static bool write_all(int to, const char *bytes, size_t length) {
  while (length) {
    ssize_t wrote = write(to, bytes, length);
    if (wrote < 0 && errno == EAGAIN) {
      struct pollfd writable = {.fd = to, .events = POLLOUT};
      poll(&writable, 1, -1);
    } else if (wrote < 0 && errno != EINTR) {
      return false;
    }
    if (wrote > 0) bytes += wrote, length -= (size_t)wrote;
  }
  return true;
}

// Passes on what is there, up to `most` bytes. Closes the stream at its end, or where nobody takes it: then the program's
// next write fails as it would without us. It counts before it is there to be read: who has it may ask at once.
static size_t pass(struct stream *stream, uint64_t most, struct relay_counts *counts) {
  static char bytes[CHUNK];
  ssize_t got = read(stream->from, bytes, most < CHUNK ? most : CHUNK);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
  if (got > 0) counts->bytes += (uint64_t)got;
  if (got <= 0 || !write_all(stream->to, bytes, (size_t)got)) {
    fd_close(&stream->from);
    fd_close(&stream->to);
  }
  return got > 0 ? (size_t)got : 0;
}

static uint64_t waiting_in(const struct stream *streams) {
  uint64_t all = 0;
  for (int i = 0, count; i < 2; i++)
    if (streams[i].from >= 0 && ioctl(streams[i].from, FIONREAD, &count) == 0 && count > 0) all += (uint64_t)count;
  return all;
}

static void hold_back(struct relay_counts *counts, const struct budget *budget, uint64_t waiting, int told) {
  static const uint64_t one = 1;
  const uint64_t wanted = budget->rate - budget->left + waiting;
  if (waiting) counts->held_back++;
  if (wanted > counts->peak) counts->peak = wanted;
  // EAGAIN: it is told already. Then rather a tenth of a second's worth at once than byte by byte.
  if (waiting && write(told, &one, sizeof one) < 0 && errno != EAGAIN) _exit(1);
  nanosleep(&(struct timespec){.tv_nsec = HELD_BACK_MS * 1000000}, NULL);
}

static _Noreturn void run(struct stream *streams, uint64_t rate, struct relay_counts *counts, int told) {
  struct budget budget = {.rate = rate, .left = rate, .seen_ms = clock_ms()};
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // the cell's user may be our own
  while (streams[0].from >= 0 || streams[1].from >= 0) {
    struct pollfd ready[2] = {{.fd = streams[0].from, .events = POLLIN}, {.fd = streams[1].from, .events = POLLIN}};
    if (poll(ready, 2, -1) < 0) continue;
    refill(&budget);
    // Nobody is left who could write more: what is in the pipe is all, and need not wait.
    const bool is_over = (ready[0].fd < 0 || (ready[0].revents & POLLHUP)) && (ready[1].fd < 0 || (ready[1].revents & POLLHUP));
    if (!is_over && !budget.left) {
      hold_back(counts, &budget, waiting_in(streams), told);
      continue;
    }
    for (int i = 0; i < 2; i++) {
      if (!ready[i].revents || (!is_over && !budget.left)) continue;
      const size_t passed = pass(&streams[i], is_over ? CHUNK : budget.left, counts);
      budget.left -= passed < budget.left ? passed : budget.left;
    }
  }
  _exit(0);
}

bool relay_start(struct relay *relay, uint64_t bytes_per_second) {
  int out[2] = {-1, -1}, err[2] = {-1, -1};
  *relay = (struct relay){.told = -1, .rate = bytes_per_second};
  if (!bytes_per_second) return true;
  relay->counts = mmap(NULL, sizeof *relay->counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (relay->counts == MAP_FAILED) {
    relay->counts = NULL;
    return false;
  }
  relay->told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (relay->told < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0) return false;
  struct stream streams[2] = {{out[0], fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)}, {err[0], fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)}};
  if (streams[0].to < 0 || streams[1].to < 0) return false;
  relay->pid = fork();
  if (relay->pid == 0) {
    for (int fd = 0; fd < 3; fd++) close(fd);
    if (!fd_close_others((const int[]){streams[0].from, streams[0].to, streams[1].from, streams[1].to, relay->told}, 5)) _exit(EXIT_JAIL);
    run(streams, bytes_per_second, relay->counts, relay->told);
  }
  for (int i = 0; i < 2; i++) fd_close(&streams[i].from), fd_close(&streams[i].to);
  bool done = relay->pid > 0 && dup2(out[1], STDOUT_FILENO) >= 0 && dup2(err[1], STDERR_FILENO) >= 0;
  close(out[1]), close(err[1]);
  return done;
}

void relay_met(struct relay *relay, struct met_limit *met) {
  uint64_t ignored;
  if (read(relay->told, &ignored, sizeof ignored) < 0) ignored = 0;
  *met = (struct met_limit){.limit = "output", .effect = "slowed", .by = "supervisor", .value = relay->rate, .peak = relay->counts->peak, .count = relay->counts->held_back};
}

uint64_t relay_bytes(const struct relay *relay) { return relay->counts ? relay->counts->bytes : 0; }

void relay_finish(struct relay *relay) {
  const uint64_t end = clock_ms() + PATIENCE_MS;
  while (relay->pid > 0 && waitpid(relay->pid, NULL, WNOHANG) == 0 && clock_ms() < end)
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  relay->pid = 0;
}
