// SPDX-License-Identifier: Apache-2.0
// Runs a command in a network of its own, in which the addresses that are named are this machine's:
//   own-network [--hosts=FILE] ADDRESS… -- COMMAND…
// So a test has public addresses to connect to. FILE lies over /etc/hosts there. Whoever is not root stays who they are.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

static void hold(int result, const char *what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static void write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  hold(fd, path);
  hold((int)write(fd, text, strlen(text)), path);
  close(fd);
}

static void enter(void) {
  char map[64];
  unsigned uid = getuid(), gid = getgid();
  hold(unshare(CLONE_NEWNET | CLONE_NEWNS | (uid ? CLONE_NEWUSER : 0)), "unshare");
  if (!uid) return;
  snprintf(map, sizeof map, "%u %u 1", uid, uid);
  write_file("/proc/self/uid_map", map);
  write_file("/proc/self/setgroups", "deny");
  snprintf(map, sizeof map, "%u %u 1", gid, gid);
  write_file("/proc/self/gid_map", map);
}

static void bring_up(const char *name) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {0};
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
  hold(fd, "socket");
  hold(ioctl(fd, SIOCGIFFLAGS, &request), name);
  request.ifr_flags |= IFF_UP;
  hold(ioctl(fd, SIOCSIFFLAGS, &request), name);
  close(fd);
}

static void add_four(const char *address, int number) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {0};
  struct sockaddr_in in = {.sin_family = AF_INET};
  snprintf(request.ifr_name, sizeof request.ifr_name, "lo:%d", number);
  hold(inet_pton(AF_INET, address, &in.sin_addr) - 1, address);
  memcpy(&request.ifr_addr, &in, sizeof in);
  hold(fd, "socket");
  hold(ioctl(fd, SIOCSIFADDR, &request), address);
  inet_pton(AF_INET, "255.255.255.255", &in.sin_addr);
  memcpy(&request.ifr_netmask, &in, sizeof in);
  hold(ioctl(fd, SIOCSIFNETMASK, &request), address);
  close(fd);
}

static void add_six(const char *address) {
  struct { struct in6_addr address; uint32_t prefix; int interface; } request = {.prefix = 128, .interface = (int)if_nametoindex("lo")};
  int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  hold(inet_pton(AF_INET6, address, &request.address) - 1, address);
  hold(fd, "socket");
  hold(ioctl(fd, SIOCSIFADDR, &request), address);
  close(fd);
}

int main(int count, char **arguments) {
  int at = 1;
  enter();
  bring_up("lo");
  write_file("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
  for (; at < count && strcmp(arguments[at], "--") != 0; at++) {
    if (strncmp(arguments[at], "--hosts=", 8) == 0) {
      hold(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount");
      hold(mount(arguments[at] + 8, "/etc/hosts", NULL, MS_BIND, NULL), "/etc/hosts");
    } else if (strchr(arguments[at], ':')) {
      add_six(arguments[at]);
    } else {
      add_four(arguments[at], at);
    }
  }
  if (at + 1 >= count) return 2;
  execvp(arguments[at + 1], arguments + at + 1);
  perror(arguments[at + 1]);
  return 127;
}
