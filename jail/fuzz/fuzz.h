// SPDX-License-Identifier: Apache-2.0
// What a fuzz target, the driver and its guide know of each other.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A target (NAME_fuzz.c) has these.
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
extern const char fuzz_name[];
extern unsigned long fuzz_accepted; // inputs that were what they should be

// Of a target whose inputs have parts with a byte of length in front: the part that one of these chances stands for. False
// where there is none. What changes within it changes that byte too.
bool fuzz_part(const unsigned char *data, size_t size, size_t chance, size_t *start, size_t *length);

// A law of the target's does not hold: ends the run with the input.
void fuzz_hold(bool law, const char *what);

// Milliseconds of a clock that only the driver moves: no law depends on how fast the machine is.
extern uint64_t fuzz_clock;

// The guide (guide.c): which ways the last input took through the code, and what it was compared with.
void guide_forget(void); // before an input
bool guide_news(void);   // after it: a way that no input before has taken, or took that often
size_t guide_ways(void); // how many are known

// Two operands of a comparison that did not hold; what an input would need at that place is one of them.
struct guide_operands {
  unsigned char one[32], other[32];
  size_t one_length, other_length;
  bool number; // of this machine's byte order
};
const struct guide_operands *guide_operands(size_t chance); // NULL: there were none
