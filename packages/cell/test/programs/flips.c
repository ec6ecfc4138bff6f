// SPDX-License-Identifier: Apache-2.0
// flips GRANTED FORBIDDEN TRIES: sends and connects to an address whose port another thread rewrites all the while.
// Prints how many datagrams were sent and refused, and how many connections came about and were refused.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in target;
static in_port_t ports[2];
static atomic_bool ended;

static void *flip(void *unused) {
  volatile in_port_t *port = &target.sin_port;
  for (unsigned turn = 0; !ended; turn++) {
    *port = ports[turn & 1];
    // On one processor nobody else would ever come to it: with the one port there as often as with the other.
    if (turn % 65 == 0) sched_yield();
  }
  return unused;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  ports[0] = htons((in_port_t)atoi(arguments[1])), ports[1] = htons((in_port_t)atoi(arguments[2]));
  target = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = ports[0], .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  long tries = atol(arguments[3]), sent = 0, connected = 0, reset = 0;
  pthread_t flipper;
  if (pthread_create(&flipper, NULL, flip, NULL) != 0) return 2;
  int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
  for (long i = 0; i < tries; i++) {
    if (i % 10) {
      sent += sendto(datagrams, "x", 1, 0, (struct sockaddr *)&target, sizeof target) == 1;
      continue;
    }
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&target, sizeof target) == 0) connected++;
    else reset++;
    // Without a port that waits for its time to be over.
    struct linger now = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
  }
  ended = true;
  pthread_join(flipper, NULL);
  printf("%ld %ld %ld %ld\n", sent, tries - tries / 10 - sent, connected, reset);
  return 0;
}
