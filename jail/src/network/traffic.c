// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "traffic.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "monotonic.h"
#include "pins.h"
#include "status.h"

// Destinations are the cell's choice: those that come when the table is full are counted in the sum alone.
enum { MOST_DESTINATIONS = 64 };
static struct destination {
  char text[TRAFFIC_TEXT];
  uint64_t connections, refusals;
} destinations[MOST_DESTINATIONS];
static size_t count;
static uint64_t connections, refusals; // altogether

void traffic_text(const struct address *address, int protocol, char text[TRAFFIC_TEXT]) {
  size_t cursor = 0;
  const char *name = pins_next(address, clock_ms(), &cursor);
  if (name) snprintf(text, TRAFFIC_TEXT, "%s://%s:%u", protocol == IPPROTO_TCP ? "tcp" : "udp", name, address->port);
  else address_print(address, protocol, text, TRAFFIC_TEXT);
}

static struct destination *find(const char *text) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(destinations[i].text, text) == 0) return &destinations[i];
  if (count == MOST_DESTINATIONS) return NULL;
  snprintf(destinations[count].text, sizeof destinations[count].text, "%s", text);
  return &destinations[count++];
}

void traffic_connected(const struct address *address, int protocol) {
  char text[TRAFFIC_TEXT];
  traffic_text(address, protocol, text);
  struct destination *destination = find(text);
  if (destination) destination->connections++;
  connections++;
}

void traffic_refused(const char *text) {
  struct destination *destination = find(text);
  if (destination) destination->refusals++;
  refusals++;
}

bool traffic_command(const char *line) {
  unsigned id;
  if (sscanf(line, "traffic %u", &id) != 1) return false;
  for (size_t i = 0; i < count; i++) status_traffic(id, destinations[i].text, destinations[i].connections, destinations[i].refusals);
  status_traffic(id, NULL, connections, refusals);
  return true;
}
