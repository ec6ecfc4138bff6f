// SPDX-License-Identifier: Apache-2.0
// talk PORT: a blocking exchange with a server of 127.0.0.1 that sends back what it gets. Prints that, or what failed.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int count, char **arguments) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  setvbuf(stdout, NULL, _IONBF, 0);
  dup2(1, 2);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) { perror("connect"); return 1; }
  char text[64] = "from a child\n";
  struct iovec data = {text, strlen(text)};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
  if (sendmsg(fd, &message, 0) < 0) { perror("sendmsg"); return 1; }
  shutdown(fd, SHUT_WR);
  ssize_t got = recv(fd, text, sizeof text, MSG_WAITALL);
  if (got < 0) { perror("recv"); return 1; }
  return write(1, text, got) != got;
}
