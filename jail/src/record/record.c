// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel.h"
#include "record_network.h"
#include "record_paths.h"
#include "report.h"
#include "status.h"

// What was reported already, as hashes. A program asks for the same files over and over. When the table is full it
// starts again: the host takes a thing twice for once.
enum { SEEN = 1 << 16 };
static uint64_t seen[SEEN];
static size_t seen_count;

void record_begin(void) {
  memset(seen, 0, sizeof seen);
  seen_count = 0;
}

static uint64_t hash(uint64_t state, const char *text) { // FNV-1a, the end of the text included
  const unsigned char *c = (const unsigned char *)text;
  do state = (state ^ *c) * 0x100000001b3ull;
  while (*c++);
  return state;
}

static bool is_new(const char *use, const char *kind, const char *resource) {
  uint64_t key = hash(hash(hash(0xcbf29ce484222325ull, use), kind), resource) | 1;
  if (seen_count > SEEN / 4 * 3) record_begin();
  for (size_t at = key % SEEN;; at = (at + 1) % SEEN) {
    if (seen[at] == key) return false;
    if (seen[at]) continue;
    seen[at] = key;
    seen_count++;
    return true;
  }
}

// Where a link of /proc leads. False if there is none, or the text is longer than a path.
static bool read_link(const char *link, char *text, size_t size) {
  ssize_t length = readlink(link, text, size - 1);
  if (length <= 0 || (size_t)length >= size - 1) return false;
  text[length] = '\0';
  return true;
}

static void report(const struct call *call, const char *use, const char *kind, const char *resource, const char *real) {
  char link[48], by[PATH_MAX] = "";
  if (!is_new(use, kind, resource)) return;
  snprintf(link, sizeof link, "/proc/%d/exe", call->pid);
  if (!read_link(link, by, sizeof by)) by[0] = '\0';
  // Another process may have the number by now.
  if (call_valid(call)) status_used(use, kind, resource, real, by);
}

// A path as the caller wrote it. By pages: behind the one in which it ends there may be nothing.
static bool read_text(const struct call *call, uint64_t address, char *text, size_t size) {
  for (size_t at = 0; at < size;) {
    size_t chunk = 4096 - (size_t)((address + at) & 4095);
    if (chunk > size - at) chunk = size - at;
    if (!call_read(call, address + at, text + at, chunk)) return false;
    if (memchr(text + at, '\0', chunk)) return true;
    at += chunk;
  }
  return false;
}

// The path from the root, by the caller's working directory or one of its descriptors. False if it cannot be said.
static bool absolute(const struct call *call, const struct record_row *row, char *path, size_t size) {
  char text[PATH_MAX] = "", base[PATH_MAX], link[64];
  if (call->args[row->path] && !read_text(call, call->args[row->path], text, sizeof text)) return false;
  if (text[0] == '/') return snprintf(path, size, "%s", text) < (int)size;
  int directory = row->directory < 0 ? AT_FDCWD : (int)call->args[row->directory];
  if (directory == AT_FDCWD) snprintf(link, sizeof link, "/proc/%d/cwd", call->pid);
  else snprintf(link, sizeof link, "/proc/%d/fd/%d", call->pid, directory);
  // Without a path it is about the descriptor, which was told of when it was opened; but for fexecve(3).
  if (!text[0] && (row->use != RECORD_EXECUTE || row->directory < 0)) return false;
  if (!read_link(link, base, sizeof base) || base[0] != '/') return false;
  return snprintf(path, size, text[0] ? "%s/%s" : "%s", base, text) < (int)size;
}

static const char *kind_of(const char *path, bool follows) {
  struct stat about;
  if (fstatat(AT_FDCWD, path, &about, follows ? 0 : AT_SYMLINK_NOFOLLOW) < 0) return "none";
  return S_ISDIR(about.st_mode) ? "directory" : S_ISREG(about.st_mode) ? "file" : S_ISLNK(about.st_mode) ? "link" : "other";
}

// The path without links: all of it, or the last component left as it is. What is not there yet has a directory.
static void resolve(const char *path, bool follows, char *real) {
  char parent[PATH_MAX], whole[PATH_MAX];
  if (follows && realpath(path, real)) return;
  real[0] = '\0';
  if (snprintf(parent, sizeof parent, "%s", path) >= (int)sizeof parent) return;
  char *slash = strrchr(parent, '/');
  const char *name = slash ? slash + 1 : "";
  if (!slash || !*name || !strcmp(name, ".") || !strcmp(name, "..")) {
    if (!realpath(path, real)) real[0] = '\0';
    return;
  }
  *slash = '\0';
  if (realpath(*parent ? parent : "/", whole) && snprintf(real, PATH_MAX, "%s/%s", whole[1] ? whole : "", name) >= PATH_MAX) real[0] = '\0';
}

static const char *use_of_open(const struct call *call, const struct record_row *row) {
  uint64_t flags = call->args[row->flags];
  struct k_open_how how;
  if (call->nr == SYS_openat2) {
    if (!call_read(call, call->args[row->flags], &how, sizeof how)) return "read";
    flags = how.flags;
  }
  if (flags & O_PATH) return "look";
  if (flags & (O_CREAT | O_TRUNC)) return (flags & O_ACCMODE) == O_WRONLY ? "write" : "change";
  return (flags & O_ACCMODE) == O_RDONLY ? "read" : (flags & O_ACCMODE) == O_WRONLY ? "write" : "change";
}

static const char *use_of(const struct call *call, const struct record_row *row) {
  switch (row->use) {
    case RECORD_LOOK:
      return "look";
    case RECORD_OPEN:
      return use_of_open(call, row);
    case RECORD_READ:
      return "read";
    case RECORD_WRITE:
      return "write";
    case RECORD_MAKE:
      return "make";
    case RECORD_REMOVE:
      return "remove";
    case RECORD_MOVE:
      return "move";
    case RECORD_EXECUTE:
      return "execute";
  }
  return "look";
}

static void record_path(const struct call *call, const struct record_row *row) {
  static char path[PATH_MAX * 2], real[PATH_MAX];
  if (!absolute(call, row, path, sizeof path)) return;
  const char *kind = kind_of(path, row->follows);
  resolve(path, row->follows, real);
  report(call, use_of(call, row), kind, path, real);
}

static void record_mapping(const struct call *call) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/%d/fd/%d", call->pid, (int)call->args[4]);
  if (read_link(link, path, sizeof path) && path[0] == '/') report(call, "map", "file", path, path);
}

void record_call(struct call *call) {
  size_t count;
  const struct record_row *rows = record_rows(&count);
  struct recorded_endpoint endpoint;
  // In order: what came before the runtime's word was Node's own.
  bool was_ready = call->broker->is_ready;
  report_read(call->broker);
  if (!was_ready && call->broker->is_ready) record_begin();
  for (size_t i = 0; i < count; i++)
    if (rows[i].nr == call->nr) record_path(call, &rows[i]);
  if (call->nr == SYS_mmap) record_mapping(call);
  if (record_endpoint(call, &endpoint)) report(call, endpoint.use, endpoint.kind, endpoint.text, "");
  // Not a decision: whatever it names, it may. Another thread can rewrite the memory that was read, and then a use goes
  // unrecorded, by a program that deceives whoever trusts it for this one run.
  call_continue(call);
}
