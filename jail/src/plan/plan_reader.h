// SPDX-License-Identifier: Apache-2.0
// What the reader of a plan and its verbs share. A line is a verb and its words, decoded already.
#pragma once

#include "plan.h"

enum { PLAN_MAX_WORDS = 8, PLAN_VERBS = 61 };

struct reader {
  struct plan *plan;
  char *words[PLAN_MAX_WORDS]; // words[0] is the verb
  size_t count;
  size_t root_room, landlock_room, net_room, name_room, public_room, host_room, path_room, argument_room, environment_room;
  size_t pin_room, unix_room, unix_alias_room, unix_writable_room, unix_known_room;
  bool seen_end;
  const char *why; // of a refusal: what was expected
};

struct plan_verb {
  const char *name;
  size_t least, most; // words after the verb
  bool once;
  bool (*read)(struct reader *); // false with `why`
};

// The verb of that name and its number below PLAN_VERBS; NULL if there is none.
const struct plan_verb *plan_verb(const char *name, size_t *number);

bool plan_refuse(struct reader *r, const char *why);

// plan_paths.c
bool plan_read_path(struct reader *r);

// plan_facts.c
bool plan_read_clock(struct reader *r);
bool plan_read_uname(struct reader *r);
bool plan_read_sysinfo(struct reader *r);
bool plan_read_processors(struct reader *r);

// `items` with room for one more element, moved if need be; NULL when `most` are there already or memory is out.
void *plan_grow(void *items, size_t count, size_t *room, size_t size, size_t most);

// Of plan_unix.c: unix, unix-alias, unix-writable and unix-known.
bool plan_read_unix(struct reader *r);
bool plan_read_unix_alias(struct reader *r);
bool plan_read_unix_place(struct reader *r);

// The verbs of the broker, in a file of their own.
bool plan_read_net(struct reader *r);
bool plan_read_nameserver(struct reader *r);
bool plan_read_name(struct reader *r);
bool plan_read_public(struct reader *r);
bool plan_read_resolver(struct reader *r);
bool plan_read_host(struct reader *r);

// Of plan_limits.c.
bool plan_read_cgroup(struct reader *r);
bool plan_read_limit(struct reader *r);
bool plan_read_watch(struct reader *r);
bool plan_read_gauge(struct reader *r);
bool plan_read_freezer(struct reader *r);
bool plan_read_nice(struct reader *r);
bool plan_read_wall_time(struct reader *r);

// Of plan_pin.c.
bool plan_read_pin(struct reader *r);

// Of plan_where.c.
bool plan_read_where(struct reader *r);

// Of plan_rates.c.
bool plan_read_rate(struct reader *r);
bool plan_read_count(struct reader *r);
