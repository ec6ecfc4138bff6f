// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "traffic.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "dns_name.h"
#include "monotonic.h"
#include "pins.h"
#include "status.h"

// Destinations are the cell's choice: those that come when the table is full are counted in the sum alone.
enum { MOST_DESTINATIONS = 64 };
static struct destination {
  char text[TRAFFIC_TEXT];
  struct traffic traffic;
} destinations[MOST_DESTINATIONS];
static size_t count;
static struct traffic others; // of destinations that found no room

void traffic_text(const struct address *address, int protocol, char text[TRAFFIC_TEXT]) {
  size_t cursor = 0;
  const char *name = pins_next(address, clock_ms(), &cursor);
  if (name) snprintf(text, TRAFFIC_TEXT, "%s://%s:%u", protocol == IPPROTO_TCP ? "tcp" : "udp", name, address->port);
  else address_print(address, protocol, text, TRAFFIC_TEXT);
}

static struct traffic *find(const char *text) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(destinations[i].text, text) == 0) return &destinations[i].traffic;
  if (count == MOST_DESTINATIONS) return &others;
  snprintf(destinations[count].text, sizeof destinations[count].text, "%s", text);
  return &destinations[count++].traffic;
}

static void add(struct traffic *sum, const struct traffic *one) {
  sum->connections += one->connections, sum->refusals += one->refusals;
  sum->bytes.sent += one->bytes.sent, sum->bytes.received += one->bytes.received;
}

static bool is_same(const struct address *a, const struct address *b) {
  return a->family == b->family && a->port == b->port && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

// Most connections go where the one before went, by the same name; to write that down again would cost more than to count.
static struct traffic *find_for(const struct address *address, int protocol) {
  static struct {
    struct address address;
    int protocol; // 0: none yet
    char name[DNS_NAME_ROOM]; // "": it has none
    struct traffic *traffic;
  } last;
  size_t cursor = 0;
  const char *name = pins_next(address, clock_ms(), &cursor);
  if (protocol == last.protocol && is_same(address, &last.address) && strcmp(name ? name : "", last.name) == 0) return last.traffic;
  char text[TRAFFIC_TEXT];
  traffic_text(address, protocol, text);
  last.address = *address, last.protocol = protocol, last.traffic = find(text);
  snprintf(last.name, sizeof last.name, "%s", name ? name : "");
  return last.traffic;
}

void traffic_connected(const struct address *address, int protocol, int fd) {
  struct traffic *traffic = find_for(address, protocol);
  traffic->connections++;
  if (protocol == IPPROTO_TCP && fd >= 0) meter_begin(fd, address, &traffic->bytes);
}

void traffic_refused(const char *text) { find(text)->refusals++; }

void traffic_sent(const struct address *address, size_t length) { find_for(address, IPPROTO_UDP)->bytes.sent += length; }

bool traffic_command(const char *line) {
  unsigned id;
  if (sscanf(line, "traffic %u", &id) != 1) return false;
  struct traffic sum = {0};
  uint64_t unmetered = meter_read();
  add(&sum, &others);
  for (size_t i = 0; i < count; i++) {
    add(&sum, &destinations[i].traffic);
    status_traffic(id, destinations[i].text, &destinations[i].traffic);
  }
  status_counted(id, &sum, unmetered);
  return true;
}
