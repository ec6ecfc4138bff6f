// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "plan.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"
#include "plan_reader.h"
#include "words.h"

static bool read_line(struct reader *r, char *line, bool *seen) {
  r->count = 0;
  for (char *word; (word = strsep(&line, " "));) {
    if (r->count == PLAN_MAX_WORDS) return plan_refuse(r, "too many words");
    if (!word_decode(word)) return plan_refuse(r, "expected printable words, anything else as %xx");
    r->words[r->count++] = word;
  }
  size_t number;
  const struct plan_verb *verb = plan_verb(r->words[0], &number);
  if (!verb) return plan_refuse(r, "unknown verb");
  if (r->count - 1 < verb->least || r->count - 1 > verb->most) return plan_refuse(r, "wrong number of words");
  if (verb->once && seen[number]) return plan_refuse(r, "given twice");
  seen[number] = true;
  return (*verb->read)(r);
}

static const char *contradiction(const struct plan *p) {
  if (!p->program || !p->arguments || !p->directory) return "expected exec, arg and cwd";
  for (size_t i = 0; i < BOUNDS; i++)
    if (p->watched[i] && !p->bounds[i]) return "watch needs limit";
  if (p->record) {
    bool walls = p->have_identity || p->namespaces || p->root_count || p->landlock || p->landlock_count || p->net_count || p->cell_loopback;
    return !p->filter || walls ? "record stands with seccomp, and with no wall" : NULL;
  }
  if (!p->have_identity) return "expected identity";
  // It could not make the namespaces any more, nor put the cell into a cgroup of the host's user.
  if (p->supervisor_steps_down && (p->namespaces || p->cgroup_count)) return "supervisor cell stands without namespaces and cgroups";
  if (p->root_count && !(p->namespaces & CLONE_NEWNS)) return "a root needs the mount namespace";
  if (p->namespaces && p->namespaces != (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | (p->namespaces & K_CLONE_NEWCGROUP)))
    return "namespaces stand together: user, mount, pid, net, ipc and uts";
  if (p->namespaces && !p->root_count) return "expected a root";
  if (p->cell_loopback && !(p->namespaces & CLONE_NEWNET)) return "loopback cell needs the net namespace";
  if (p->landlock_count && !p->landlock) return "Landlock paths need landlock";
  if (p->landlock != (p->filter != NULL)) return "filters stand together: landlock and seccomp";
  if (p->nameserver && (!p->filter || !(p->namespaces & CLONE_NEWNET))) return "nameserver needs the net namespace and seccomp";
  if (!p->nameserver && (p->name_count || p->resolver_count || p->host_count)) return "names need nameserver";
  if (p->own_clock && !p->namespaces) return "clock cell needs the namespaces";
  if (!p->filter && p->path_rule_count) return "path rules need seccomp";
  if (!p->filter && (p->uname_release || p->answers_sysinfo || p->shown_processors)) return "uname, sysinfo and processors need seccomp";
  if (!p->filter && (p->net_count || p->unix_count)) return "network rules need seccomp";
  return NULL;
}

struct plan *plan_parse(const char *text, size_t length, char *error, size_t error_size) {
  static const char header[] = "cordon-plan 1\n";
  struct plan *plan = calloc(1, sizeof *plan);
  struct reader reader = {.plan = plan, .environment_room = 0};
  bool seen[PLAN_VERBS] = {false};
  size_t line_number = 1;
  if (plan) plan->text = malloc(length + 1), plan->environment = calloc(16, sizeof(char *));
  if (!plan || !plan->text || !plan->environment) {
    reader.why = "out of memory";
    goto refused;
  }
  reader.environment_room = 16;
  errno = 0; // ENOMEM says of a refusal that it is none of the plan's doing
  memcpy(plan->text, text, length);
  plan->text[length] = '\0';
  if (length < sizeof header - 1 || memcmp(text, header, sizeof header - 1) != 0) {
    reader.why = "expected `cordon-plan 1`";
    goto refused;
  }
  if (memchr(text, '\0', length)) {
    reader.why = "expected text, got a NUL byte";
    goto refused;
  }
  char *rest = plan->text + sizeof header - 1;
  while (*rest) {
    line_number++;
    char *newline = strchr(rest, '\n');
    if (!newline || reader.seen_end) {
      reader.why = newline ? "nothing may follow `end`" : "expected a newline";
      goto refused;
    }
    *newline = '\0';
    if (!read_line(&reader, rest, seen)) goto refused;
    rest = newline + 1;
  }
  reader.why = reader.seen_end ? contradiction(plan) : "expected `end`";
  if (!reader.why) return plan;
refused:
  snprintf(error, error_size, "plan, line %zu: %s", line_number, reader.why);
  plan_free(plan);
  return NULL;
}

struct plan *plan_read(int fd, char *error, size_t error_size) {
  size_t length = 0, room = 1 << 16;
  char *text = malloc(room);
  struct plan *plan = NULL;
  while (text) {
    if (length == room) {
      if (room >= PLAN_MAX_BYTES) break;
      char *grown = realloc(text, room *= 2);
      if (!grown) break;
      text = grown;
    }
    ssize_t got = read(fd, text + length, room - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    if (got == 0) {
      plan = plan_parse(text, length, error, error_size);
      free(text);
      return plan;
    }
    length += (size_t)got;
  }
  if (length >= PLAN_MAX_BYTES) snprintf(error, error_size, "plan: longer than 4 MiB");
  else snprintf(error, error_size, "plan: cannot be read: %s", strerror(errno));
  free(text);
  return NULL;
}

void plan_free(struct plan *plan) {
  if (!plan) return;
  free(plan->text);
  free(plan->root);
  free(plan->landlock_paths);
  free(plan->filter);
  free(plan->net);
  free(plan->pins);
  free(plan->path_rules);
  free(plan->unix_rules);
  free(plan->unix_aliases);
  free(plan->unix_writable);
  free(plan->unix_known);
  free(plan->names);
  free(plan->public);
  free(plan->hosts);
  free(plan->arguments);
  free(plan->environment);
  free(plan);
}
