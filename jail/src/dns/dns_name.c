// SPDX-License-Identifier: Apache-2.0
#include "dns_name.h"

#include <string.h>

enum { MOST_POINTERS = 32, LONGEST_LABEL = 63 };

bool dns_name_skip(const uint8_t *message, size_t length, size_t *at) {
  size_t start = *at;
  while (*at < length) {
    uint8_t size = message[*at];
    if (size >= 0xc0) return (*at += 2) <= length;
    if (size > LONGEST_LABEL) return false;
    *at += 1 + (size_t)size;
    if (*at - start > DNS_WIRE_NAME) return false;
    if (size == 0) return *at <= length;
  }
  return false;
}

bool dns_name_read(const uint8_t *message, size_t length, size_t *at, char text[DNS_NAME_ROOM]) {
  size_t from = *at, used = 0;
  text[0] = '\0';
  if (!dns_name_skip(message, length, at)) return false;
  for (unsigned pointers = 0; from < length;) {
    uint8_t size = message[from++];
    if (size == 0) return true;
    if (size >= 0xc0) {
      if (from >= length || ++pointers > MOST_POINTERS) return false;
      size_t target = (size_t)(size & 0x3f) << 8 | message[from];
      if (target >= from - 1) return false; // only ever backwards
      from = target;
      continue;
    }
    // A dot between labels; on the wire each label costs its length and one, and the root one more.
    if (size > LONGEST_LABEL || size > length - from || used + size + 1 > DNS_WIRE_NAME - 2) return false;
    if (used) text[used++] = '.';
    for (size_t i = 0; i < size; i++) {
      uint8_t c = message[from++];
      if (c <= ' ' || c >= 0x7f || c == '.' || c == '\\') return false;
      text[used++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    text[used] = '\0';
  }
  return false;
}

bool dns_name_is_host(const char *text) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  size_t length = strlen(text);
  if (length == 0 || length > 253) return false;
  for (const char *at = text;;) {
    size_t label = strspn(at, letters);
    if (label == 0 || label > LONGEST_LABEL) return false;
    at += label;
    if (*at == '\0') return true;
    if (*at++ != '.') return false;
  }
}

bool dns_name_is_below(const char *name, const char *suffix) {
  size_t length = strlen(name), end = strlen(suffix);
  return length > end && name[length - end - 1] == '.' && strcmp(name + length - end, suffix) == 0;
}
