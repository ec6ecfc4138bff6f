// SPDX-License-Identifier: Apache-2.0
#include "dns_cache.h"

#include <string.h>

#include "pins.h"

enum { MOST_CACHED = 64 };
static struct cached {
  uint64_t until; // milliseconds
  char name[DNS_NAME_ROOM];
  uint16_t type;
  struct dns_answer answer;
} cached[MOST_CACHED];
static size_t cached_count; // places that were ever in use

const struct dns_answer *dns_cache_find(const struct dns_question *question, uint64_t now, uint32_t *ttl) {
  for (size_t i = 0; i < cached_count; i++) {
    if (cached[i].until <= now || cached[i].type != question->type || strcmp(cached[i].name, question->name) != 0) continue;
    *ttl = (uint32_t)((cached[i].until - now) / 1000);
    return &cached[i].answer;
  }
  return NULL;
}

void dns_cache_add(const struct dns_question *question, const struct dns_answer *answer, uint64_t now) {
  size_t place = 0;
  if (answer->ttl == 0 || answer->count == 0 || (question->type != DNS_A && question->type != DNS_AAAA)) return;
  for (size_t i = 0; i < cached_count; i++)
    if (cached[i].until < cached[place].until) place = i;
  if (cached_count < MOST_CACHED && !(cached_count && cached[place].until <= now)) place = cached_count++;
  uint32_t seconds = answer->ttl < PIN_MOST_SECONDS ? answer->ttl : PIN_MOST_SECONDS;
  cached[place] = (struct cached){.until = now + (uint64_t)seconds * 1000, .type = question->type, .answer = *answer};
  cached[place].answer.forbidden = NULL;
  memcpy(cached[place].name, question->name, sizeof question->name);
}
