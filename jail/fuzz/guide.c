// SPDX-License-Identifier: Apache-2.0
// What gcc's -fsanitize-coverage=trace-pc,trace-cmp calls: a note of each step from one block of code to the next, and
// of what was compared with what. Compiled without either, and linked into everything that is compiled with them.
#define _GNU_SOURCE
#include <string.h>

#include "fuzz.h"

enum { WAYS = 1 << 16, KEPT = 64 };
static unsigned char taken[WAYS], known[WAYS]; // how often, of this input; how often at all, a bit for each magnitude
static uintptr_t before;
static size_t ways;
static struct guide_operands kept[KEPT];
static size_t compared;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void) {
  // Relative to our own code: the same on each run, wherever the kernel puts the program.
  uintptr_t here = ((uintptr_t)__builtin_return_address(0) - (uintptr_t)&guide_forget) * 0x9e3779b1u;
  unsigned char *count = &taken[(here >> 8 ^ before) % WAYS];
  if (*count < UINT8_MAX) ++*count;
  before = here >> 9;
}

void guide_forget(void) {
  memset(taken, 0, sizeof taken);
  before = compared = 0;
}

// 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more: a loop that runs once more is no news at a hundred.
static unsigned char magnitude(unsigned char count) {
  if (count <= 3) return (unsigned char)(count ? 1 << (count - 1) : 0);
  if (count >= 128) return 1 << 7;
  return (unsigned char)(count < 8 ? 1 << 3 : count < 16 ? 1 << 4 : count < 32 ? 1 << 5 : 1 << 6);
}

bool guide_news(void) {
  bool news = false;
  for (size_t i = 0; i < WAYS; i += sizeof(uint64_t)) {
    uint64_t eight;
    memcpy(&eight, taken + i, sizeof eight);
    if (!eight) continue;
    for (size_t k = i; k < i + sizeof eight; k++) {
      unsigned char bit = magnitude(taken[k]);
      if ((known[k] | bit) == known[k]) continue;
      ways += !known[k];
      known[k] |= bit;
      news = true;
    }
  }
  return news;
}

size_t guide_ways(void) { return ways; }

// A sample of all comparisons: each has the same chance to be among those that are kept.
static struct guide_operands *place(void) {
  static uint64_t state = 1;
  state = state * 6364136223846793005u + 1442695040888963407u;
  size_t index = compared < KEPT ? compared : (size_t)(state >> 33) % (compared + 1);
  compared++;
  return index < KEPT ? &kept[index] : NULL;
}

const struct guide_operands *guide_operands(size_t chance) { return compared ? &kept[chance % (compared < KEPT ? compared : KEPT)] : NULL; }

static void numbers(uint64_t one, uint64_t other, size_t size) {
  struct guide_operands *into = one == other ? NULL : place();
  if (!into) return;
  memcpy(into->one, &one, sizeof one), memcpy(into->other, &other, sizeof other);
  into->one_length = into->other_length = size;
  into->number = true;
}

static void texts(const void *one, size_t one_length, const void *other, size_t other_length, int result) {
  struct guide_operands *into = result ? place() : NULL;
  if (!into) return;
  into->one_length = one_length < sizeof into->one ? one_length : sizeof into->one;
  into->other_length = other_length < sizeof into->other ? other_length : sizeof into->other;
  memcpy(into->one, one, into->one_length), memcpy(into->other, other, into->other_length);
  into->number = false;
}

#define TRACED(name, type) \
  void __sanitizer_cov_trace_##name(type one, type other); \
  void __sanitizer_cov_trace_##name(type one, type other) { numbers(one, other, sizeof one); }
TRACED(cmp1, uint8_t)
TRACED(cmp2, uint16_t)
TRACED(cmp4, uint32_t)
TRACED(cmp8, uint64_t)
TRACED(const_cmp1, uint8_t)
TRACED(const_cmp2, uint16_t)
TRACED(const_cmp4, uint32_t)
TRACED(const_cmp8, uint64_t)
void __sanitizer_cov_trace_cmpf(float one, float other);
void __sanitizer_cov_trace_cmpf(float one, float other) { (void)one, (void)other; }
void __sanitizer_cov_trace_cmpd(double one, double other);
void __sanitizer_cov_trace_cmpd(double one, double other) { (void)one, (void)other; }

// `cases` has their count, the width in bits, and then the cases.
void __sanitizer_cov_trace_switch(uint64_t value, const uint64_t *cases);
void __sanitizer_cov_trace_switch(uint64_t value, const uint64_t *cases) {
  for (uint64_t i = 0; i < cases[0]; i++) numbers(cases[2 + i], value, cases[1] / 8);
}

// The sanitizer's own versions of these call them.
void __sanitizer_weak_hook_memcmp(void *pc, const void *one, const void *other, size_t length, int result);
void __sanitizer_weak_hook_memcmp(void *pc, const void *one, const void *other, size_t length, int result) {
  (void)pc;
  texts(one, length, other, length, result);
}
void __sanitizer_weak_hook_strcmp(void *pc, const char *one, const char *other, int result);
void __sanitizer_weak_hook_strcmp(void *pc, const char *one, const char *other, int result) {
  (void)pc;
  texts(one, strlen(one), other, strlen(other), result);
}
void __sanitizer_weak_hook_strncmp(void *pc, const char *one, const char *other, size_t length, int result);
void __sanitizer_weak_hook_strncmp(void *pc, const char *one, const char *other, size_t length, int result) {
  (void)pc;
  texts(one, strnlen(one, length), other, strnlen(other, length), result);
}
