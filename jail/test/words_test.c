// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "check.h"
#include "words.h"

static bool decodes(const char *encoded, const char *decoded) {
  char word[64];
  snprintf(word, sizeof word, "%s", encoded);
  return word_decode(word) && strcmp(word, decoded) == 0;
}

static bool refuses(const char *encoded) {
  char word[64];
  snprintf(word, sizeof word, "%s", encoded);
  return !word_decode(word);
}

static void numbers(void) {
  uint64_t n = 7;
  test("a number is decimal or, after 0x, hexadecimal");
  EXPECT(word_number("0", 10, &n) && n == 0);
  EXPECT(word_number("18446744073709551615", UINT64_MAX, &n) && n == UINT64_MAX);
  EXPECT(word_number("0xffffffffffffffff", UINT64_MAX, &n) && n == UINT64_MAX);
  EXPECT(word_number("0x1f", 31, &n) && n == 31);
  EXPECT(word_number("007", 7, &n) && n == 7);

  test("a number above its bound, or above 64 bits, is none");
  EXPECT(!word_number("11", 10, &n));
  EXPECT(!word_number("18446744073709551616", UINT64_MAX, &n));
  EXPECT(!word_number("99999999999999999999999", UINT64_MAX, &n));
  EXPECT(!word_number("0x10000000000000000", UINT64_MAX, &n));

  test("a number has no sign, space, capital digit, or anything after it");
  const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "1a", "0x", "0X1", "0xF", "1.0", "1e3", "x", "0x-1"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) EXPECT(!word_number(bad[i], UINT64_MAX, &n));
}

static void paths(void) {
  test("a path is absolute, without empty, . and .. components");
  const char *const good[] = {"/", "/a", "/a/b", "/...", "/.a", "/a./..b", "/a b"};
  const char *const bad[] = {"", "a", "a/b", "//", "/a/", "//a", "/a//b", "/.", "/..", "/./a", "/a/.", "/a/..", "/a/../b"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) EXPECT(word_is_path(good[i]));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) EXPECT(!word_is_path(bad[i]));

  test("a path has fewer than 4096 bytes");
  char path[4100];
  memset(path, 'a', sizeof path);
  path[0] = '/', path[4095] = '\0';
  EXPECT(word_is_path(path));
  path[4095] = 'a', path[4096] = '\0';
  EXPECT(!word_is_path(path));
}

static void encoding(void) {
  test("%xx becomes its byte, everything else stays");
  EXPECT(decodes("", ""));
  EXPECT(decodes("plain", "plain"));
  EXPECT(decodes("a%20b%0a", "a b\n"));
  EXPECT(decodes("%25%2541", "%%41")); // once, not twice
  EXPECT(decodes("%c3%a9%ff", "\xc3\xa9\xff"));

  test("an encoding that is cut short, not lower-case or NUL is refused");
  const char *const bad[] = {"%", "%2", "%g0", "%0g", "%C3", "a%00", "%%20"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) EXPECT(refuses(bad[i]));

  test("a byte that should have been encoded is refused");
  EXPECT(refuses("a b") && refuses("a\tb") && refuses("\x7f") && refuses("\xc3\xa9") && refuses("\x01"));
}

int main(void) {
  numbers();
  paths();
  encoding();
  bool out;
  test("a choice is one of its two words");
  EXPECT(word_one_of("yes", "yes", "no", &out) && out);
  EXPECT(word_one_of("no", "yes", "no", &out) && !out);
  EXPECT(!word_one_of("ye", "yes", "no", &out) && !word_one_of("", "yes", "no", &out) && !word_one_of("yes ", "yes", "no", &out));
  return tests_done("words");
}
