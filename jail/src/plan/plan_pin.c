// SPDX-License-Identifier: Apache-2.0
// The verb for a file whose contents were hashed when the plan was made.
#include "plan_reader.h"
#include "words.h"

// pin PATH DEVICE INODE SIZE MODIFIED CHANGED
bool plan_read_pin(struct reader *r) {
  struct plan *p = r->plan;
  struct pinned_file pin = {.path = r->words[1]};
  uint64_t *const numbers[] = {&pin.device, &pin.inode, &pin.size, &pin.modified, &pin.changed};
  if (!word_is_path(pin.path)) return plan_refuse(r, "expected an absolute, normalised path");
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!word_number(r->words[i + 2], UINT64_MAX, numbers[i])) return plan_refuse(r, "expected device, inode, size and two times");
  struct pinned_file *pins = plan_grow(p->pins, p->pin_count, &r->pin_room, sizeof *pins, PLAN_MAX_PINS);
  if (!pins) return plan_refuse(r, "too many pins");
  p->pins = pins;
  p->pins[p->pin_count++] = pin;
  return true;
}
