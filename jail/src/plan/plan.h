// SPDX-License-Identifier: Apache-2.0
// The plan as the jail holds it: every mount, rule, filter and limit, spelt out. docs/plan.md has the text form.
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "path_rules.h"

enum plan_limits {
  PLAN_MAX_BYTES = 4 << 20,
  PLAN_MAX_STEPS = 8192,   // mounts, files, links: whatever builds the root
  PLAN_MAX_RULES = 16384,  // Landlock paths; network rules
  PLAN_MAX_STRINGS = 8192, // arguments; environment
  PLAN_MAX_FILTER = 4096,  // BPF_MAXINSNS
  PLAN_MAX_CGROUP = 64,
  PLAN_MAX_PINS = 1024,
  PLAN_MAX_UNIX = 1024, // unix rules, aliases, directories, sockets: each
  PLAN_MAX_RESOLVERS = 8,
  PLAN_MAX_CONNECTIONS = 1000000,
};

enum root_verb { ROOT_MOUNT, ROOT_TMPFS, ROOT_PROC, ROOT_DEVICE, ROOT_SYMLINK, ROOT_FILE, ROOT_DIRECTORY, ROOT_MASK, ROOT_ANCHOR };

struct root_step {
  enum root_verb verb;
  const char *source;   // mount: host path; device: name; symlink: its text; file: its contents
  const char *target;   // absolute path in the new root
  uint64_t attributes;  // MOUNT_ATTR_*
  uint64_t size, inodes; // tmpfs
  uint32_t mode;        // tmpfs, file
  bool directory;       // mount, mask: what the target is
  bool idmap;           // mount: its owner becomes the cell's user
};

struct landlock_path {
  const char *path;
  uint64_t rights;
};

struct net_rule {
  bool bind;  // false: connect
  bool allow;
  int protocol; // IPPROTO_TCP, IPPROTO_UDP
  int family;   // AF_INET, AF_INET6; AF_UNSPEC: whatever the address, and whatever the name
  uint8_t address[16];
  unsigned prefix;
  uint16_t from, to; // ports, host order
};

// Which unix sockets the broker reaches. Paths are the host's, but for `own`: there they are the cell's.
struct unix_rule {
  bool allow, prefix, own; // prefix: what starts so; otherwise the path and all below it
  const char *path;
};

struct unix_alias {
  const char *path, *real; // as a program may write it, and where the links in it led when the plan was made
};

enum name_kind { NAME_EXACT, NAME_BELOW, NAME_PUBLIC };
struct name_rule {
  bool allow;
  int protocol;
  enum name_kind kind;
  const char *name; // lower case; of NAME_BELOW what stands behind `*.`; NULL for NAME_PUBLIC
  uint16_t from, to;
};

struct network {
  int family; // AF_INET, AF_INET6
  uint8_t address[16];
  unsigned prefix;
};

// A nameserver of the host's.
struct resolver_step {
  struct network at;
  uint32_t scope; // of a link-local address: the interface
  uint16_t port;
};

// A name that needs no nameserver.
struct host_step {
  const char *name; // lower case
  struct network at;
};

// A file by what the kernel says of it; times in nanoseconds.
struct pinned_file {
  const char *path;
  uint64_t device, inode, size, modified, changed;
};

struct rlimit_step {
  int resource;
  struct rlimit value;
};

// Addresses in the program's executable, as its file has them: by these it is asked where it is.
struct plan_where {
  uint64_t entry;   // 0: it cannot be asked
  uint64_t current; // v8::Isolate::TryGetCurrent
  uint64_t request; // v8::Isolate::RequestInterrupt
  uint64_t print;   // v8::Message::PrintCurrentStackTrace
  uint64_t stream;  // std::cerr
};

enum cgroup_verb { CGROUP_MAKE, CGROUP_SET, CGROUP_TRY, CGROUP_JOIN, CGROUP_SWEEP };
struct cgroup_step {
  enum cgroup_verb verb;
  const char *path, *value;
};

// What is bounded for the cell as a whole. In bytes, milliseconds, a number; the processors' share in thousandths.
enum bound { BOUND_MEMORY, BOUND_SWAP, BOUND_CPU, BOUND_CPU_TIME, BOUND_PROCESSES, BOUNDS };
extern const char *const bound_names[BOUNDS];

// Files in which the kernel counts for the cell.
enum gauge {
  GAUGE_MEMORY,
  GAUGE_MEMORY_PEAK,
  GAUGE_MEMORY_EVENTS,  // lines `oom_kill N`, with v2 `oom N`
  GAUGE_MEMORY_CONTROL, // v1: cgroup.event_control, where notice of GAUGE_MEMORY_EVENTS is asked for
  GAUGE_SWAP,
  GAUGE_SWAP_PEAK,
  GAUGE_SWAP_EVENTS, // `max N`
  GAUGE_BOTH,        // v1: memory and swap together
  GAUGE_BOTH_PEAK,
  GAUGE_PROCESSES,
  GAUGE_PROCESSES_PEAK,
  GAUGE_PROCESSES_EVENTS,  // `max N`
  GAUGE_PROCESSES_REFUSED, // the same, from a kernel that gives no notice of it (v1)
  GAUGE_CPU,              // v2: cpu.stat; v1: cpuacct.usage, nanoseconds
  GAUGE_CPU_USER,         // v1
  GAUGE_CPU_SYSTEM,
  GAUGE_THROTTLED, // cpu.stat, with v1 in nanoseconds
  GAUGES,
};
extern const char *const gauge_names[GAUGES];

struct freezer_files {
  const char *control, *state; // NULL: there is none
  bool is_legacy;              // v1: FROZEN and THAWED, both in freezer.state
};

struct plan {
  char *text; // all strings point in here
  unsigned namespaces; // CLONE_NEW*
  bool userns_after_mounts;
  bool have_identity, uid_from_pid;
  bool supervisor_steps_down; // the supervisor takes the cell's user too
  uint32_t uid, gid, inside_uid, inside_gid;
  const char *hostname;
  bool own_clock; // uptime counts from the cell's start
  struct root_step *root;
  size_t root_count;
  bool landlock;
  uint64_t landlock_fs, landlock_net, landlock_scoped;
  struct landlock_path *landlock_paths;
  size_t landlock_count;
  struct sock_filter *filter;
  size_t filter_count;
  struct net_rule *net;
  size_t net_count;
  struct pinned_file *pins;
  size_t pin_count;
  struct unix_rule *unix_rules;
  struct unix_alias *unix_aliases;
  const char **unix_writable, **unix_known; // directories that the program may write; sockets there before it started
  size_t unix_count, unix_alias_count, unix_writable_count, unix_known_count;
  bool nameserver; // the supervisor answers the cell's DNS questions, at 127.0.0.1:53 of the cell's network namespace
  struct name_rule *names;
  size_t name_count;
  struct network *public;
  size_t public_count;
  struct resolver_step resolvers[PLAN_MAX_RESOLVERS];
  size_t resolver_count;
  struct host_step *hosts;
  size_t host_count;
  bool record; // nothing is walled: what the filter hands over is written down, and goes on
  bool cell_loopback; // bind and loopback belong to the cell's own network namespace
  struct path_rule *path_rules; // what is denied of paths that need not exist
  size_t path_rule_count;
  bool exec_after_ready, map_after_ready;
  const char *uname_node, *uname_release, *uname_version; // NULL: as the kernel says
  bool answers_sysinfo, hides_uptime, hides_loads;
  uint64_t shown_memory;     // bytes; 0: as the kernel says
  uint64_t shown_processors; // 0: as the kernel says
  struct rlimit_step rlimits[16];
  size_t rlimit_count;
  struct cgroup_step cgroup[PLAN_MAX_CGROUP];
  size_t cgroup_count;
  uint64_t bounds[BOUNDS];   // 0: none
  bool watched[BOUNDS];      // held by the supervisor's own looks at /proc
  const char *gauges[GAUGES]; // NULL: not counted
  struct freezer_files freezer;
  int nice; // 0: as the supervisor's
  uint64_t wall_time_ms;
  struct plan_where where;
  uint64_t output_rate;               // bytes a second; 0: no limit
  uint64_t connections, connect_rate; // open at one time, new in a second; 0: no limit
  bool counts_bytes;                  // of TCP connections
  const char *directory; // working directory
  const char *program;
  const char *message; // what the program finds on MESSAGE_FD; NULL: no such descriptor
  char **arguments, **environment; // NULL-terminated
  size_t argument_count, environment_count;
};

// Parses `length` bytes of plan text. Returns NULL and a message with the line number in `error` if it is not a
// whole and consistent plan. Hostile input: nothing is acted on here, every count and length is bounded.
struct plan *plan_parse(const char *text, size_t length, char *error, size_t error_size);

// Reads `fd` to its end, at most PLAN_MAX_BYTES, and parses.
struct plan *plan_read(int fd, char *error, size_t error_size);

// Puts rules before those that are there. False with errno where there is no room.
bool plan_put_unix_first(struct plan *plan, const struct unix_rule *rules, size_t count);

void plan_free(struct plan *plan);
