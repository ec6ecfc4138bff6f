// SPDX-License-Identifier: Apache-2.0
#include "words.h"

#include <string.h>

bool word_number(const char *word, uint64_t most, uint64_t *out) {
  uint64_t value = 0;
  unsigned base = 10;
  if (word[0] == '0' && word[1] == 'x') base = 16, word += 2;
  if (!*word) return false;
  for (; *word; word++) {
    unsigned digit;
    if (*word >= '0' && *word <= '9') digit = (unsigned)(*word - '0');
    else if (base == 16 && *word >= 'a' && *word <= 'f') digit = (unsigned)(*word - 'a') + 10;
    else return false;
    if (value > (UINT64_MAX - digit) / base) return false;
    value = value * base + digit;
  }
  if (value > most) return false;
  *out = value;
  return true;
}

bool word_one_of(const char *word, const char *yes, const char *no, bool *out) {
  *out = strcmp(word, yes) == 0;
  return *out || strcmp(word, no) == 0;
}

bool word_is_path(const char *path) {
  if (path[0] != '/' || strlen(path) >= 4096) return false;
  if (path[1] == '\0') return true;
  for (const char *at = path; *at;) {
    const char *name = ++at;
    while (*at && *at != '/') at++;
    size_t length = (size_t)(at - name);
    if (length == 0 || (length == 1 && name[0] == '.') || (length == 2 && name[0] == '.' && name[1] == '.')) return false;
  }
  return true;
}

int word_hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool word_decode(char *word) {
  char *out = word;
  for (char *in = word; *in; in++) {
    if (*in == '%') {
      int high = word_hex_digit(in[1]), low = high < 0 ? -1 : word_hex_digit(in[2]);
      if (low < 0 || (high == 0 && low == 0)) return false;
      *out++ = (char)(high << 4 | low);
      in += 2;
    } else if (*in > ' ' && *in < 0x7f) {
      *out++ = *in;
    } else {
      return false;
    }
  }
  *out = '\0';
  return true;
}
