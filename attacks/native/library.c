// SPDX-License-Identifier: Apache-2.0
// A library whose mere loading is the attack: its constructor speaks for the hostile program.
#include <string.h>
#include <unistd.h>

__attribute__((constructor)) static void loaded(void) {
  static const char said[] = "{\"succeeded\":true,\"detail\":\"the library was loaded\"}\n";
  // A short write cannot be mended here, and would be seen: the host reads no word of success.
  ssize_t written = write(STDOUT_FILENO, said, strlen(said));
  (void)written;
}

// What a Node addon, an OpenSSL engine and an SQLite extension are asked for first.
int napi_register_module_v1(void) { return 0; }
int sqlite3_extension_init(void) { return 0; }
int sqlite3_library_init(void) { return 0; }
