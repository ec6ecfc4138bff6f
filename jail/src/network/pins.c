// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "pins.h"

#include <string.h>

#include "dns_name.h"

// A name leads to several addresses as a rule, so its text stands once: this table is what takes most of a supervisor's
// memory where a cell asks for many names.
enum { MOST_PINS = 1024, MOST_NAMES = 512 };
static struct name {
  char text[DNS_NAME_ROOM];
  unsigned pins; // how many are for it; 0: free
} names[MOST_NAMES];
static struct pin {
  uint64_t until; // milliseconds; 0: free
  uint8_t family, bytes[16];
  uint16_t name;
} pins[MOST_PINS];
static size_t pin_count, name_count; // places that were ever in use

static bool is_for(const struct pin *pin, const struct address *address) {
  return pin->family == address->family && memcmp(pin->bytes, address->bytes, sizeof pin->bytes) == 0;
}

static void forget(struct pin *pin) {
  if (pin->until == 0) return;
  pin->until = 0;
  names[pin->name].pins--;
}

// The one that ends first; without `in_use`, a free one before all others.
static struct pin *first_to_end(bool in_use) {
  struct pin *first = NULL;
  for (size_t i = 0; i < pin_count; i++)
    if ((pins[i].until || !in_use) && (!first || pins[i].until < first->until)) first = &pins[i];
  return first;
}

// The place of a name; where all are taken, pins go until one is free.
static uint16_t place_of(const char *text) {
  size_t place = name_count;
  for (size_t i = 0; i < name_count; i++) {
    if (names[i].pins == 0) place = i;
    else if (strcmp(names[i].text, text) == 0) return (uint16_t)i;
  }
  for (struct pin *pin; place == MOST_NAMES && (pin = first_to_end(true));) {
    forget(pin);
    if (names[pin->name].pins == 0) place = pin->name;
  }
  if (place == name_count) name_count++;
  size_t length = strnlen(text, DNS_NAME_ROOM - 1);
  memcpy(names[place].text, text, length);
  names[place].text[length] = '\0';
  return (uint16_t)place;
}

// An IPv4 address has its four bytes in front and zeros behind: two are equal if all of their bytes are.
void pins_add(const char *name, const struct address *address, uint32_t seconds, uint64_t now) {
  if (seconds < PIN_LEAST_SECONDS) seconds = PIN_LEAST_SECONDS;
  if (seconds > PIN_MOST_SECONDS) seconds = PIN_MOST_SECONDS;
  uint64_t until = now + (uint64_t)seconds * 1000;
  for (size_t i = 0; i < pin_count; i++) {
    if (pins[i].until == 0 || !is_for(&pins[i], address) || strcmp(names[pins[i].name].text, name) != 0) continue;
    if (pins[i].until < until) pins[i].until = until;
    return;
  }
  // Those that have ended end first, so they go before a new place is taken.
  struct pin *pin = first_to_end(false);
  if (pin_count < MOST_PINS && (!pin || pin->until > now)) pin = &pins[pin_count++];
  if (!pin) return;
  forget(pin);
  uint16_t place = place_of(name);
  *pin = (struct pin){.until = until, .family = (uint8_t)address->family, .name = place};
  memcpy(pin->bytes, address->bytes, sizeof pin->bytes);
  names[place].pins++;
}

const char *pins_next(const struct address *address, uint64_t now, size_t *cursor) {
  while (*cursor < pin_count) {
    const struct pin *pin = &pins[(*cursor)++];
    if (pin->until > now && is_for(pin, address)) return names[pin->name].text;
  }
  return NULL;
}

void pins_forget(void) {
  memset(pins, 0, sizeof pins);
  memset(names, 0, sizeof names);
  pin_count = name_count = 0;
}
