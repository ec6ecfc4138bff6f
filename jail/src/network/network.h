// SPDX-License-Identifier: Apache-2.0
// The broker's network: the only way out. A granted call is carried out here, with the address that was checked, and
// the program gets the resulting descriptor (SECCOMP_IOCTL_NOTIF_ADDFD) or result.
#pragma once

#include "broker.h"
#include "socket_view.h"

void network_connect(struct call *call);
void network_bind(struct call *call);
void network_listen(struct call *call);
void network_sendto(struct call *call);
void network_sendmsg(struct call *call);
void network_sendmmsg(struct call *call);

// Unix sockets, by path (network_unix.c). `raw` and `length` are the address as it was copied.
void network_unix_connect(struct call *call, struct socket_view *view, int number, const struct sockaddr_storage *raw, socklen_t length);
void network_unix_bind(struct call *call, struct socket_view *view, int number, const struct sockaddr_storage *raw, socklen_t length);

// Notes which sockets are there before the program starts; takes the files of those away that were made for it.
void network_unix_open(const struct plan *plan);
void network_unix_close(void);

// A socket of the cell's network namespace is to be connected to the port that the program listens on.
// Fills the address to connect to; the port is only ever one that the program bound.
bool network_listener(uint16_t port, struct sockaddr_storage *address, socklen_t *length);
