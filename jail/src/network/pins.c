// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "pins.h"

#include <string.h>

#include "dns_name.h"

enum { MOST_PINS = 1024 };
static struct pin {
  uint64_t until; // milliseconds
  uint8_t family, bytes[16];
  char name[DNS_NAME_ROOM];
} pins[MOST_PINS];
static size_t pin_count; // places that were ever in use

static bool is_for(const struct pin *pin, const struct address *address) {
  return pin->family == address->family && memcmp(pin->bytes, address->bytes, sizeof pin->bytes) == 0;
}

// An IPv4 address has its four bytes in front and zeros behind: two are equal if all of their bytes are.
void pins_add(const char *name, const struct address *address, uint32_t seconds, uint64_t now) {
  if (seconds < PIN_LEAST_SECONDS) seconds = PIN_LEAST_SECONDS;
  if (seconds > PIN_MOST_SECONDS) seconds = PIN_MOST_SECONDS;
  uint64_t until = now + (uint64_t)seconds * 1000;
  size_t place = 0;
  for (size_t i = 0; i < pin_count; i++) {
    if (is_for(&pins[i], address) && strcmp(pins[i].name, name) == 0) {
      if (pins[i].until < until) pins[i].until = until;
      return;
    }
    if (pins[i].until < pins[place].until) place = i;
  }
  // Those that have ended end first, so they go before a new place is taken.
  if (pin_count < MOST_PINS && !(pin_count && pins[place].until <= now)) place = pin_count++;
  pins[place] = (struct pin){.until = until, .family = (uint8_t)address->family};
  memcpy(pins[place].bytes, address->bytes, sizeof pins[place].bytes);
  size_t length = strnlen(name, DNS_NAME_ROOM - 1);
  memcpy(pins[place].name, name, length);
}

const char *pins_next(const struct address *address, uint64_t now, size_t *cursor) {
  while (*cursor < pin_count) {
    const struct pin *pin = &pins[(*cursor)++];
    if (pin->until > now && is_for(pin, address)) return pin->name;
  }
  return NULL;
}

void pins_forget(void) { pin_count = 0; }
