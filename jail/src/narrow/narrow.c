// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "narrow.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "plan_reader.h"
#include "words.h"

// What the helper says at its end.
struct result {
  int cause;
  char path[256];
};

static void *grow(void *items, size_t count, size_t *room, size_t size) {
  if (count < *room) return items;
  if (count >= NARROW_MAX_STEPS) return NULL;
  size_t wanted = *room ? *room * 2 : 16;
  void *grown = reallocarray(items, wanted, size);
  if (grown) *room = wanted;
  return grown;
}

static void free_texts(struct narrow_text **list) {
  for (struct narrow_text *text = *list, *next; text; text = next) {
    next = text->next;
    free(text);
  }
  *list = NULL;
}

// A word goes with its line: a copy, put on the list.
static bool own(struct narrow_text **list, const char **word) {
  if (!*word) return true;
  size_t size = strlen(*word) + 1;
  struct narrow_text *text = malloc(sizeof *text + size);
  if (!text) return false;
  memcpy(text->text, *word, size);
  text->next = *list;
  *list = text;
  *word = text->text;
  return true;
}

static void forget(struct narrowing *n) {
  free_texts(&n->texts);
  free(n->steps);
  free(n->kept);
  free(n->rules.net);
  free(n->rules.names);
  free(n->rules.unix_rules);
  *n = (struct narrowing){0};
}

static bool add_step(struct narrowing *n, enum narrow_verb verb, const char *path) {
  struct narrow_step *steps = grow(n->steps, n->count, &n->room, sizeof *steps);
  if (!steps) return false;
  n->steps = steps;
  if (!word_is_path(path) || !own(&n->texts, &path)) return false;
  n->steps[n->count++] = (struct narrow_step){verb, path};
  return true;
}

static bool add_kept(struct narrowing *n, const char *path) {
  const char **kept = grow(n->kept, n->kept_count, &n->kept_room, sizeof *kept);
  if (!kept) return false;
  n->kept = kept;
  if (!word_is_path(path) || !own(&n->texts, &path)) return false;
  n->kept[n->kept_count++] = path;
  return true;
}

// A rule of the broker's, as a plan has it.
static bool read_rule(struct narrowing *n, struct reader *reader) {
  size_t number;
  const struct plan_verb *verb = plan_verb(reader->words[0], &number);
  reader->plan = &n->rules;
  reader->net_room = n->net_room, reader->name_room = n->name_room, reader->unix_room = n->unix_room;
  bool done = verb && reader->count == verb->least + 1 && (*verb->read)(reader);
  n->net_room = reader->net_room, n->name_room = reader->name_room, n->unix_room = reader->unix_room;
  return done;
}

static bool add_name(struct narrow *narrow, struct reader *reader) {
  struct narrowing *n = &narrow->next;
  return narrow->rules_ever++ < NARROW_MAX_EVER && read_rule(n, reader) && own(&narrow->texts, &n->rules.names[n->rules.name_count - 1].name);
}

// One that allows would be no narrowing: these go before what is there.
static bool add_unix(struct narrow *narrow, struct reader *reader) {
  struct narrowing *n = &narrow->next;
  return read_rule(n, reader) && own(&narrow->texts, &n->rules.unix_rules[n->rules.unix_count - 1].path) && !n->rules.unix_rules[n->rules.unix_count - 1].allow;
}

static bool add(struct narrow *narrow, struct reader *reader) {
  struct narrowing *n = &narrow->next;
  const char *verb = reader->words[0];
  if (reader->count == 2 && !strcmp(verb, "hide")) return add_step(n, NARROW_HIDE, reader->words[1]);
  if (reader->count == 2 && !strcmp(verb, "read-only")) return add_step(n, NARROW_READ_ONLY, reader->words[1]);
  if (reader->count == 2 && !strcmp(verb, "no-exec")) return add_step(n, NARROW_NO_EXEC, reader->words[1]);
  if (reader->count == 2 && !strcmp(verb, "keep")) return add_kept(n, reader->words[1]);
  if (reader->count == 1 && !strcmp(verb, "network")) return n->network = true;
  if (n->network && (!strcmp(verb, "connect") || !strcmp(verb, "bind"))) return read_rule(n, reader);
  if (n->network && !strcmp(verb, "name")) return add_name(narrow, reader);
  if (!strcmp(verb, "unix")) return add_unix(narrow, reader);
  if (reader->count == 2 && !strcmp(verb, "environment")) {
    n->environment = reader->words[1];
    return own(&n->texts, &n->environment);
  }
  if (reader->count == 1 && !strcmp(verb, "exec")) return n->exec = true;
  if (reader->count == 1 && !strcmp(verb, "map")) return n->map = true;
  return false;
}

// The host has narrowed the policy; these are the rules of what is left, in the place of those that were there.
static void take_network(struct narrow *narrow) {
  struct plan *plan = narrow->plan, *rules = &narrow->next.rules;
  if (!narrow->next.network) return;
  free(plan->net);
  free(plan->names);
  plan->net = rules->net, plan->net_count = rules->net_count;
  plan->names = rules->names, plan->name_count = rules->name_count;
  rules->net = NULL, rules->names = NULL;
  rules->net_count = rules->name_count = 0;
}

static _Noreturn void help(const struct narrow *narrow, int program, int out) {
  struct result result = {0};
  const char *failed = "";
  bool alone = prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && fd_close_others((const int[]){program, out}, 2);
  if (!alone || !narrow_mounts(narrow->plan, &narrow->next, program, &failed)) {
    result.cause = errno;
    snprintf(result.path, sizeof result.path, "%s", failed);
  }
  _exit(write(out, &result, sizeof result) == (ssize_t)sizeof result ? 0 : 1);
}

// Files are changed from inside the cell's mount namespace, which a process cannot leave again: so by one of its own.
static bool start_helper(struct narrow *narrow, int program) {
  int ends[2];
  if (!(narrow->plan->namespaces) || narrow->steps_done + narrow->next.count > NARROW_MAX_EVER) {
    errno = narrow->plan->namespaces ? ENOSPC : EOPNOTSUPP;
    return false;
  }
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return false;
  pid_t helper = fork();
  if (helper == 0) help(narrow, program, ends[1]);
  close(ends[1]);
  if (helper < 0) {
    close(ends[0]);
    return false;
  }
  narrow->helper = helper;
  narrow->result = ends[0];
  narrow->steps_done += narrow->next.count;
  return true;
}

static void end(struct narrow *narrow, int cause, const char *path, struct narrow_outcome *outcome) {
  *outcome = (struct narrow_outcome){.ended = true, .id = narrow->id, .request = narrow->request, .cause = cause};
  snprintf(outcome->path, sizeof outcome->path, "%s", path);
  forget(&narrow->next);
}

static void carry_out(struct narrow *narrow, struct reader *reader, int program, pid_t pid, struct narrow_outcome *outcome) {
  struct narrowing *next = &narrow->next;
  uint64_t id, request;
  if (reader->count != 3 || !word_number(reader->words[1], UINT32_MAX, &id) || !word_number(reader->words[2], UINT32_MAX, &request)) {
    next->broken = true;
    return;
  }
  narrow->id = (unsigned)id, narrow->request = (unsigned)request;
  if (next->broken) {
    end(narrow, EINVAL, "", outcome);
    return;
  }
  // What needs no help first: it stays given up, also where a file makes difficulties.
  if (next->exec) narrow->plan->exec_after_ready = false;
  if (next->map) narrow->plan->map_after_ready = false;
  take_network(narrow);
  if (!plan_put_unix_first(narrow->plan, next->rules.unix_rules, next->rules.unix_count)) end(narrow, errno, "", outcome);
  else if (next->environment && !narrow_environment(pid, next->environment)) end(narrow, ESRCH, next->environment, outcome);
  else if (!next->count) end(narrow, 0, "", outcome);
  else if (!start_helper(narrow, program)) end(narrow, errno, next->steps[0].path, outcome);
}

void narrow_line(struct narrow *narrow, char *line, int program, pid_t pid, struct narrow_outcome *outcome) {
  struct reader reader = {0};
  outcome->ended = false;
  if (narrow->helper > 0) return; // the host waits for the end of one before it begins another
  for (char *rest = line, *word; (word = strsep(&rest, " "));) {
    if (reader.count == PLAN_MAX_WORDS || !word_decode(word)) {
      narrow->next.broken = true;
      return;
    }
    reader.words[reader.count++] = word;
  }
  if (reader.count && !strcmp(reader.words[0], "done")) carry_out(narrow, &reader, program, pid, outcome);
  else if (!reader.count || !add(narrow, &reader)) narrow->next.broken = true;
}

void narrow_result(struct narrow *narrow, pid_t program, pid_t init, struct narrow_outcome *outcome) {
  struct result result;
  ssize_t got = read(narrow->result, &result, sizeof result);
  outcome->ended = false;
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  fd_close(&narrow->result);
  waitpid(narrow->helper, NULL, 0); // it has written and ends, or has ended already
  narrow->helper = 0;
  if (got != (ssize_t)sizeof result) result = (struct result){.cause = ECANCELED};
  result.path[sizeof result.path - 1] = '\0';
  if (!result.cause && narrow_left_inside(narrow, program, init)) result.cause = EBUSY;
  end(narrow, result.cause, result.cause == EBUSY && !*result.path ? narrow->next.steps[0].path : result.path, outcome);
}

void narrow_close(struct narrow *narrow) {
  forget(&narrow->next);
  fd_close(&narrow->result);
  free_texts(&narrow->texts);
}
