// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target where there is no libFuzzer: a fixed number of mutations of a corpus, the same ones each time.
//   NAME_fuzz CORPUS-DIRECTORY DICTIONARY      FUZZ_RUNS (100000) and FUZZ_SEED (1) change how many and which
#define _GNU_SOURCE
#include <dirent.h>
#include <sanitizer/common_interface_defs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
extern unsigned long fuzz_accepted; // inputs that were what they should be
extern const char fuzz_name[];

enum { MAX_INPUTS = 64, MAX_TOKENS = 256, MAX_BYTES = 1 << 15 };

struct bytes {
  char name[256];
  unsigned char *data;
  size_t length;
};

static struct bytes corpus[MAX_INPUTS], tokens[MAX_TOKENS], input;
static size_t corpus_count, token_count;
static uint64_t state, seed, run;

static size_t pick(size_t below) { // xorshift64*
  state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
  return below ? (size_t)((state * 0x2545f4914f6cdd1dull) >> 33) % below : 0;
}

static void die(const char *what, const char *name) {
  fprintf(stderr, "%s: %s %s\n", fuzz_name, what, name);
  exit(1);
}

static void read_corpus(const char *directory) {
  struct dirent **names;
  int count = scandir(directory, &names, NULL, alphasort); // in one order on every file system
  if (count < 0) die("cannot read", directory);
  for (int i = 0; i < count; free(names[i++])) {
    char path[1024];
    if (names[i]->d_name[0] == '.' || corpus_count == MAX_INPUTS) continue;
    snprintf(path, sizeof path, "%s/%s", directory, names[i]->d_name);
    FILE *file = fopen(path, "re");
    struct bytes *into = &corpus[corpus_count++];
    into->data = malloc(MAX_BYTES);
    if (!file || !into->data) die("cannot read", path);
    snprintf(into->name, sizeof into->name, "%s", names[i]->d_name);
    into->length = fread(into->data, 1, MAX_BYTES, file);
    fclose(file);
  }
  free(names);
  if (!corpus_count) die("nothing in", directory);
}

// "text" with \xNN, one a line; # begins a comment.
static void read_tokens(const char *path) {
  char line[256];
  FILE *file = fopen(path, "re");
  if (!file) die("cannot read", path);
  while (token_count < MAX_TOKENS && fgets(line, sizeof line, file)) {
    char *end = strrchr(line, '"');
    if (line[0] != '"' || end == line) continue;
    struct bytes *token = &tokens[token_count++];
    token->data = malloc(sizeof line);
    if (!token->data) die("no memory for", path);
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
  if (length > MAX_BYTES - (input.length - gone)) length = MAX_BYTES - (input.length - gone);
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

static void mutate(void) {
  size_t at = pick(input.length), start, length, from = pick(corpus_count);
  const struct bytes *token = &tokens[pick(token_count)], *other = &corpus[from];
  unsigned char byte = (unsigned char)pick(256);
  switch (pick(10)) {
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
    case 6: // a line of another plan put in
    case 7: {
      size_t there, many;
      line_at(other, pick(other->length), &there, &many);
      line_at(&input, at, &start, &length);
      replace(start, 0, other->data + there, many);
      break;
    }
    case 8: // cut short
      if (pick(8) == 0) input.length = at;
      break;
    case 9: // a digit changed
      for (size_t i = at; i < input.length; i++)
        if (input.data[i] >= '0' && input.data[i] <= '9') {
          input.data[i] = (unsigned char)('0' + pick(10));
          break;
        }
      break;
  }
}

static void on_death(void) {
  fprintf(stderr, "%s: run %llu with FUZZ_SEED=%llu; its input:\n", fuzz_name, (unsigned long long)run, (unsigned long long)seed);
  fwrite(input.data, 1, input.length, stderr);
}

static uint64_t setting(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text ? strtoull(text, NULL, 0) : otherwise;
}

int main(int count, char **arguments) {
  if (count != 3) die("usage:", "NAME_fuzz CORPUS-DIRECTORY DICTIONARY");
  const uint64_t runs = setting("FUZZ_RUNS", 100000);
  seed = setting("FUZZ_SEED", 1);
  state = seed * 0x9e3779b97f4a7c15ull + 1;
  read_corpus(arguments[1]);
  read_tokens(arguments[2]);
  input.data = malloc(MAX_BYTES);
  if (!input.data) die("no memory for", "inputs");
  __sanitizer_set_death_callback(on_death);
  for (run = 0; run < runs; run++) {
    const struct bytes *from = &corpus[run % corpus_count];
    input.length = from->length;
    memcpy(input.data, from->data, from->length);
    // The first round is the corpus as it is.
    for (size_t i = run < corpus_count ? 0 : 1 + pick(4); i > 0; i--) mutate();
    // Of its exact size, so that a read past the end is seen.
    unsigned char *exact = malloc(input.length + 1);
    if (!exact) die("no memory for", "inputs");
    exact = realloc(exact, input.length ? input.length : 1);
    if (!exact) die("no memory for", "inputs");
    memcpy(exact, input.data, input.length);
    LLVMFuzzerTestOneInput(exact, input.length);
    free(exact);
    if (run < corpus_count && fuzz_accepted != run + 1) die("was refused:", corpus[run].name);
  }
  for (size_t i = 0; i < corpus_count; i++) free(corpus[i].data);
  for (size_t i = 0; i < token_count; i++) free(tokens[i].data);
  free(input.data);
  printf("ok   %llu inputs with seed %llu, %lu of them accepted\n", (unsigned long long)runs, (unsigned long long)seed,
         fuzz_accepted);
  printf("%s: 1 passed, 0 failed\n", fuzz_name);
  return 0;
}
