// SPDX-License-Identifier: Apache-2.0
// Listens on a port of 127.0.0.1 whose queue is full: Linux drops further handshakes, and the peer waits. Prints the port.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof at;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 0) < 0 || getsockname(fd, (struct sockaddr *)&at, &length) < 0) return 1;
  for (int i = 0; i < 4; i++) connect(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), (struct sockaddr *)&at, sizeof at);
  printf("%d\n", ntohs(at.sin_port));
  fflush(stdout);
  for (;;) pause();
}
