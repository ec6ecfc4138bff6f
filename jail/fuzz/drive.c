// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target, guided by what its inputs reach: what takes a new way through the code is kept and changed
// further. The same inputs each time for one seed.
//   NAME_fuzz CORPUS DICTIONARY [KEPT]   KEPT: a directory of inputs of earlier runs, where new ones go
//   NAME_fuzz INPUT                      that one alone
//   FUZZ_RUNS (20000) and FUZZ_SEED (1) change how many and which; with FUZZ_SECONDS time is what ends it
#define _GNU_SOURCE
#include <dirent.h>
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

enum { MOST_INPUTS = 8192, MOST_TOKENS = 256, MOST_BYTES = 1 << 15, TURNS = 32, PATIENCE_SECONDS = 20, TICK_MS = 1000 };

struct bytes {
  char name[256];
  unsigned char *data;
  size_t length;
};

static struct bytes inputs[MOST_INPUTS], tokens[MOST_TOKENS], input;
static size_t input_count, token_count;
static uint64_t state, seed, run;
static const char *kept;
uint64_t fuzz_clock = 1000000;

// All that is linked here has the driver's clock: rations and times to live pass with the inputs, not with the machine.
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
  (void)clock;
  *time = (struct timespec){(time_t)(fuzz_clock / 1000), (long)(fuzz_clock % 1000) * 1000000};
  return 0;
}
int __real_clock_gettime(clockid_t clock, struct timespec *time);

// The target's random numbers, too.
ssize_t __wrap_getrandom(void *buffer, size_t length, unsigned flags);
ssize_t __wrap_getrandom(void *buffer, size_t length, unsigned flags) {
  static uint64_t number;
  (void)flags;
  for (size_t i = 0; i < length; i++) ((unsigned char *)buffer)[i] = (unsigned char)((number += 0x9e3779b97f4a7c15u) >> 40);
  return (ssize_t)length;
}

static uint64_t seconds(void) {
  struct timespec now = {0};
  __real_clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec;
}

static size_t pick(size_t below) { // xorshift64*
  state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
  return below ? (size_t)((state * 0x2545f4914f6cdd1dull) >> 33) % below : 0;
}

static void die(const char *what, const char *name) {
  fprintf(stderr, "%s: %s %s\n", fuzz_name, what, name);
  exit(1);
}

static void *must(void *memory) {
  if (!memory) die("no memory for", "inputs");
  return memory;
}

static void write_file(const char *directory, const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "we");
  if (!file || fwrite(input.data, 1, input.length, file) != input.length || fclose(file) != 0) perror(path);
}

static void tell_input(void) {
  fprintf(stderr, "%s: run %llu with FUZZ_SEED=%llu; its input, %zu bytes:\n", fuzz_name, (unsigned long long)run, (unsigned long long)seed, input.length);
  for (size_t i = 0; i < input.length && i < 4096; i++)
    fprintf(stderr, input.data[i] == '\n' || (input.data[i] >= ' ' && input.data[i] < 0x7f && input.data[i] != '\\') ? "%c" : "\\x%02x", input.data[i]);
  fputc('\n', stderr);
  char name[64];
  snprintf(name, sizeof name, "../%s.found", fuzz_name);
  if (kept) write_file(kept, name);
}

// What UBSan finds ends by a signal of ours: it knows nothing of the other's callback.
const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void) { return "abort_on_error=1:print_stacktrace=1"; }

static void on_signal(int number) {
  fprintf(stderr, "%s: %s\n", fuzz_name, number == SIGALRM ? "it takes no end" : "ended by a law or a signal");
  tell_input();
  _exit(1);
}

void fuzz_hold(bool law, const char *what) {
  if (law) return;
  fprintf(stderr, "%s: %s\n", fuzz_name, what);
  abort();
}

static void read_file(const char *path, struct bytes *into) {
  FILE *file = fopen(path, "re");
  into->data = must(malloc(MOST_BYTES));
  if (!file) die("cannot read", path);
  into->length = fread(into->data, 1, MOST_BYTES, file);
  into->data = must(realloc(into->data, into->length + 1));
  fclose(file);
}

static void read_inputs(const char *directory) {
  struct dirent **names;
  int count = scandir(directory, &names, NULL, alphasort); // in one order on every file system
  if (count < 0) die("cannot read", directory);
  for (int i = 0; i < count; free(names[i++])) {
    char path[1024];
    if (names[i]->d_name[0] == '.' || input_count == MOST_INPUTS) continue;
    snprintf(path, sizeof path, "%s/%s", directory, names[i]->d_name);
    snprintf(inputs[input_count].name, sizeof inputs->name, "%s", names[i]->d_name);
    read_file(path, &inputs[input_count++]);
  }
  free(names);
}

// "text" with \xNN, one a line; # begins a comment.
static void read_tokens(const char *path) {
  char line[256];
  FILE *file = fopen(path, "re");
  if (!file) die("cannot read", path);
  while (token_count < MOST_TOKENS && fgets(line, sizeof line, file)) {
    char *end = strrchr(line, '"');
    if (line[0] != '"' || end == line) continue;
    struct bytes *token = &tokens[token_count++];
    token->data = must(malloc(sizeof line));
    for (const char *at = line + 1; at < end; at++) {
      unsigned value;
      if (sscanf(at, "\\x%2x", &value) == 1) at += 3;
      else value = (unsigned char)*at;
      token->data[token->length++] = (unsigned char)value;
    }
  }
  fclose(file);
  if (!token_count) die("no tokens in", path);
}

// Puts `length` bytes in the place of `gone` bytes at `at`.
static void replace(size_t at, size_t gone, const unsigned char *with, size_t length) {
  if (at > input.length) at = input.length;
  if (gone > input.length - at) gone = input.length - at;
  if (length > MOST_BYTES - (input.length - gone)) length = MOST_BYTES - (input.length - gone);
  memmove(input.data + at + length, input.data + at + gone, input.length - at - gone);
  if (length) memcpy(input.data + at, with, length);
  input.length += length - gone;
}

// The whole line around `at`, with its newline.
static void line_at(const struct bytes *text, size_t at, size_t *start, size_t *length) {
  *start = at, *length = 0;
  while (*start && text->data[*start - 1] != '\n') --*start;
  while (*start + *length < text->length && text->data[*start + (*length)++] != '\n') {}
}

// What was compared in vain: where one side stands in the input, the other is put in its place.
static void satisfy(void) {
  const struct guide_operands *found = guide_operands(pick(SIZE_MAX >> 1));
  unsigned char from[32], to[32];
  if (!found) return;
  bool swap = pick(2);
  size_t length = swap ? found->other_length : found->one_length, wanted = swap ? found->one_length : found->other_length;
  memcpy(from, swap ? found->other : found->one, sizeof from), memcpy(to, swap ? found->one : found->other, sizeof to);
  if (found->number) {
    // The compiler widens what it compares; in the input it may be narrower, and in the network's order.
    while (length > 1 && !from[length - 1] && !to[length - 1]) length--;
    if (pick(2))
      for (size_t i = 0; i < length / 2; i++) {
        unsigned char a = from[i], b = to[i];
        from[i] = from[length - 1 - i], from[length - 1 - i] = a;
        to[i] = to[length - 1 - i], to[length - 1 - i] = b;
      }
    wanted = length;
  }
  if (!length || !input.length) return;
  size_t start = pick(input.length);
  const unsigned char *at = memmem(input.data + start, input.length - start, from, length);
  if (!at) at = memmem(input.data, input.length, from, length);
  if (at) replace((size_t)(at - input.data), length, to, wanted);
}

__attribute__((weak)) bool fuzz_part(const unsigned char *data, size_t size, size_t chance, size_t *start, size_t *length) {
  (void)data, (void)size, (void)chance, (void)start, (void)length;
  return false;
}

static void mutate_at(size_t at) {
  size_t start, length;
  const struct bytes *token = &tokens[pick(token_count)], *other = &inputs[pick(input_count)];
  unsigned char byte = (unsigned char)pick(256);
  switch (pick(14)) {
    case 0: // a byte changed
      replace(at, 1, &byte, 1);
      break;
    case 1: // a byte put in
      replace(at, 0, &byte, 1);
      break;
    case 2: // some bytes gone
      replace(at, 1 + pick(8), NULL, 0);
      break;
    case 3: // a token put in
      replace(at, 0, token->data, token->length);
      break;
    case 4: // the rest of a word replaced by a token
      for (length = 0; at + length < input.length && !strchr(" \n", input.data[at + length]); length++) {}
      replace(at, length, token->data, token->length);
      break;
    case 5: // a line gone
      line_at(&input, at, &start, &length);
      replace(start, length, NULL, 0);
      break;
    case 6: { // a line of another input put in
      size_t there, many;
      line_at(other, pick(other->length), &there, &many);
      line_at(&input, at, &start, &length);
      replace(start, 0, other->data + there, many);
      break;
    }
    case 7: // cut short
      if (pick(8) == 0) input.length = at;
      break;
    case 8: // a digit changed
      for (size_t i = at; i < input.length; i++)
        if (input.data[i] >= '0' && input.data[i] <= '9') {
          input.data[i] = (unsigned char)('0' + pick(10));
          break;
        }
      break;
    case 9: // a bit turned
      if (input.length) input.data[at] ^= (unsigned char)(1 << pick(8));
      break;
    case 10: // a piece of its own once more
      length = 1 + pick(input.length - at < 64 ? input.length - at : 64);
      if (at + length <= input.length) {
        unsigned char piece[64];
        memcpy(piece, input.data + at, length);
        for (size_t times = 1 + pick(pick(8) ? 2 : 64); times; times--) replace(at, 0, piece, length);
      }
      break;
    default:
      satisfy();
  }
}

static void mutate(void) {
  size_t start, length, before = input.length;
  if (pick(4) == 0 || !fuzz_part(input.data, input.length, pick(SIZE_MAX >> 1), &start, &length)) {
    mutate_at(pick(input.length));
    return;
  }
  mutate_at(start + pick(length + 1));
  size_t changed = length + input.length - before; // wraps where more has gone than the part had
  if (start <= input.length && changed <= UINT8_MAX) input.data[start - 1] = (unsigned char)changed;
}

// Of its exact size, so that a read past the end is seen.
static bool try_input(void) {
  unsigned char *exact = must(malloc(input.length ? input.length : 1));
  memcpy(exact, input.data, input.length);
  fuzz_clock += TICK_MS;
  guide_forget();
  LLVMFuzzerTestOneInput(exact, input.length);
  free(exact);
  return guide_news();
}

static void take(const struct bytes *from) {
  memcpy(input.data, from->data, from->length);
  input.length = from->length;
}

static void keep_input(void) {
  if (input_count < MOST_INPUTS) {
    struct bytes *into = &inputs[input_count++];
    into->data = must(malloc(input.length + 1));
    memcpy(into->data, input.data, into->length = input.length);
  }
  uint64_t hash = 0xcbf29ce484222325u; // FNV-1a
  for (size_t i = 0; i < input.length; i++) hash = (hash ^ input.data[i]) * 0x100000001b3u;
  char name[32];
  snprintf(name, sizeof name, "%016llx", (unsigned long long)hash);
  if (kept) write_file(kept, name);
}

static uint64_t setting(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text ? strtoull(text, NULL, 0) : otherwise;
}

int main(int count, char **arguments) {
  seed = setting("FUZZ_SEED", 1);
  state = seed * 0x9e3779b97f4a7c15ull + 1;
  const uint64_t limit = setting("FUZZ_SECONDS", 0), end = seconds() + limit, runs = limit ? UINT64_MAX : setting("FUZZ_RUNS", 20000);
  input.data = must(malloc(MOST_BYTES));
  __sanitizer_set_death_callback(tell_input);
  signal(SIGABRT, on_signal), signal(SIGALRM, on_signal);
  if (count == 2) {
    read_file(arguments[1], &inputs[0]);
    take(&inputs[0]);
    try_input();
    return 0;
  }
  if (count != 3 && count != 4) die("usage:", "NAME_fuzz CORPUS DICTIONARY [KEPT] | INPUT");
  read_inputs(arguments[1]);
  const size_t own = input_count;
  if (!own) die("nothing in", arguments[1]);
  read_tokens(arguments[2]);
  if (count == 4) read_inputs(kept = arguments[3]);
  for (; run < input_count; run++) {
    take(&inputs[run]);
    bool news = try_input();
    if (run < own && fuzz_accepted != run + 1) die("was refused:", inputs[run].name);
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", kept ? kept : "", inputs[run].name);
    if (run >= own && !news) unlink(path); // what another reaches as well
  }
  for (const struct bytes *from = inputs; run < runs && (run % 256 || !limit || seconds() < end); run++) {
    if (run % TURNS == 0) {
      alarm(PATIENCE_SECONDS);
      // Every second time one of those that were found last: there is most to be found from them.
      from = &inputs[pick(2) ? pick(input_count) : input_count - 1 - pick(input_count < 16 ? input_count : 16)];
    }
    take(from);
    for (size_t i = 1 + pick(4); i > 0; i--) mutate();
    if (try_input()) keep_input();
  }
  for (size_t i = 0; i < input_count; i++) free(inputs[i].data);
  for (size_t i = 0; i < token_count; i++) free(tokens[i].data);
  free(input.data);
  printf("ok   %llu inputs with seed %llu, %lu of them accepted; %zu took a new way, of %zu that are known\n", (unsigned long long)run,
         (unsigned long long)seed, fuzz_accepted, input_count - own, guide_ways());
  printf("%s: 1 passed, 0 failed\n", fuzz_name);
  return 0;
}
