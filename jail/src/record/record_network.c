// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "record_network.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "address.h"
#include "shared.h"
#include "socket_view.h"

enum { NAME_SERVICE = 53, QUESTION = 512 /* RFC 1035; longer ones are padded */ };

// What a call says about its endpoint, before the socket is looked at.
struct said {
  uint64_t address, length;      // where the address stands; 0: nowhere
  uint64_t data, data_length;    // of a datagram
  bool binds, sends;
};

static bool read_said(const struct call *call, struct said *said) {
  struct msghdr header;
  struct iovec first;
  *said = (struct said){0};
  switch (call->nr) {
    case SYS_connect:
    case SYS_bind:
      said->address = call->args[1], said->length = call->args[2], said->binds = call->nr == SYS_bind;
      return true;
    case SYS_sendto:
      *said = (struct said){call->args[4], call->args[5], call->args[1], call->args[2], false, true};
      return true;
    case SYS_sendmsg:
    case SYS_sendmmsg: // the others of a sendmmsg go the same way: it is a resolver that sends two at once
      if (!call_read(call, call->args[1], &header, sizeof header)) return false;
      said->address = (uintptr_t)header.msg_name, said->length = header.msg_namelen, said->sends = true;
      if (header.msg_iovlen && call_read(call, (uintptr_t)header.msg_iov, &first, sizeof first))
        said->data = (uintptr_t)first.iov_base, said->data_length = first.iov_len;
      return true;
    default:
      return false;
  }
}

static bool tell_unix(const struct sockaddr_storage *raw, socklen_t length, bool binds, struct recorded_endpoint *out) {
  const struct sockaddr_un *name = (const struct sockaddr_un *)raw;
  size_t start = offsetof(struct sockaddr_un, sun_path), size = length > start ? length - start : 0;
  if (size == 0) return false; // bound by the kernel, or a pair
  bool abstract = name->sun_path[0] == '\0';
  out->use = "unix";
  out->kind = binds ? "bind" : "connect";
  snprintf(out->text, sizeof out->text, "%s%.*s", abstract ? "@" : "", (int)(size - abstract), name->sun_path + abstract);
  return true;
}

// The question itself, for the host to read: what was asked is the name that a policy should have.
static bool tell_question(const struct call *call, const struct said *said, struct recorded_endpoint *out) {
  unsigned char data[QUESTION];
  size_t length = said->data_length < sizeof data ? (size_t)said->data_length : sizeof data;
  if (!said->data || !call_read(call, said->data, data, length)) return false;
  out->use = "question";
  out->kind = "udp";
  out->text[0] = '\0';
  for (size_t i = 0; i < length; i++) snprintf(out->text + i * 2, 3, "%02x", data[i]);
  return true;
}

bool record_endpoint(struct call *call, struct recorded_endpoint *out) {
  struct said said;
  struct sockaddr_storage raw = {0};
  struct address address;
  int type = 0;
  if (!read_said(call, &said)) return false;
  AUTO_SHARED copy = socket_copy(call, (int)call->args[0]);
  if (copy < 0 || !socket_option(copy, SO_TYPE, &type)) return false;
  socklen_t length = sizeof raw;
  if (said.address && said.length >= sizeof(sa_family_t) && said.length <= sizeof raw) {
    length = (socklen_t)said.length;
    if (!call_read(call, said.address, &raw, length)) return false;
  } else if (!said.sends || type != SOCK_DGRAM || getpeername(copy, (struct sockaddr *)&raw, &length) < 0) {
    return false; // a stream sends where it is connected, and that was told
  }
  if (raw.ss_family == AF_UNIX) return !said.sends && tell_unix(&raw, length, said.binds, out);
  if (!address_read(&raw, length, said.binds, &address)) return false;
  // The C library connects datagram sockets to sort addresses (RFC 6724), and sends nothing; and whoever sends only is
  // bound to any port first.
  if (type == SOCK_DGRAM && ((!said.binds && !said.sends) || (said.binds && address.port == 0))) return false;
  if (type == SOCK_DGRAM && address.port == NAME_SERVICE && said.sends) return tell_question(call, &said, out);
  if (type != SOCK_DGRAM && said.sends) return false;
  out->use = said.binds ? "listen" : "connect";
  out->kind = type == SOCK_DGRAM ? "udp" : "tcp";
  address_print(&address, type == SOCK_DGRAM ? IPPROTO_UDP : IPPROTO_TCP, out->text, sizeof out->text);
  return true;
}
