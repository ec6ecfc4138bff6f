// SPDX-License-Identifier: Apache-2.0
// Endpoints that a recorded call names.
#pragma once

#include <stdbool.h>

#include "broker.h"

struct recorded_endpoint {
  const char *use;  // connect, listen; unix, for a socket's path; question, for a datagram to a name server
  const char *kind; // connect, listen: tcp or udp; unix: connect or bind
  char text[1200];  // tcp://10.0.0.1:80; a path, or @NAME of an abstract socket; a datagram in hexadecimal digits
};

// False for what is no connect, bind or send, or has no endpoint to tell of.
bool record_endpoint(struct call *call, struct recorded_endpoint *out);
