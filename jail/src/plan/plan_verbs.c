// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "plan_reader.h"
#include "words.h"

bool plan_refuse(struct reader *r, const char *why) {
  r->why = errno == ENOMEM ? "out of memory" : why;
  return false;
}

void *plan_grow(void *items, size_t count, size_t *room, size_t size, size_t most) {
  if (count < *room) return items;
  if (count >= most) return NULL;
  size_t wanted = *room ? *room * 2 : 16;
  void *grown = reallocarray(items, wanted, size);
  if (grown) *room = wanted;
  return grown;
}

static bool read_namespaces(struct reader *r) {
  static const struct { const char *name; unsigned flag; } known[] = {
      {"user", CLONE_NEWUSER}, {"mount", CLONE_NEWNS}, {"pid", CLONE_NEWPID},          {"net", CLONE_NEWNET},
      {"ipc", CLONE_NEWIPC},   {"uts", CLONE_NEWUTS},  {"cgroup", K_CLONE_NEWCGROUP},
  };
  for (size_t i = 1; i < r->count; i++) {
    size_t k = 0;
    while (k < sizeof known / sizeof *known && strcmp(known[k].name, r->words[i]) != 0) k++;
    if (k == sizeof known / sizeof *known) return plan_refuse(r, "expected user, mount, pid, net, ipc, uts or cgroup");
    r->plan->namespaces |= known[k].flag;
  }
  return true;
}

static bool read_user_namespace(struct reader *r) {
  return word_one_of(r->words[1], "after-mounts", "before-mounts", &r->plan->userns_after_mounts) ||
         plan_refuse(r, "expected before-mounts or after-mounts");
}

static bool read_identity(struct reader *r) {
  struct plan *p = r->plan;
  uint64_t id[4];
  p->uid_from_pid = r->words[1][0] == '+' && r->words[2][0] == '+';
  if (!p->uid_from_pid && (r->words[1][0] == '+' || r->words[2][0] == '+')) return plan_refuse(r, "expected both ids or none with +");
  for (size_t i = 0; i < 4; i++) {
    const char *word = r->words[i + 1] + (i < 2 && p->uid_from_pid);
    // With +, the supervisor's pid (at most 2^22) is added: leave room below the reserved -1.
    if (!word_number(word, UINT32_MAX - (1u << 22) - 1, &id[i])) return plan_refuse(r, "expected a user or group id");
  }
  p->uid = (uint32_t)id[0], p->gid = (uint32_t)id[1], p->inside_uid = (uint32_t)id[2], p->inside_gid = (uint32_t)id[3];
  if (!p->inside_uid || !p->inside_gid) return plan_refuse(r, "expected an inside id other than 0");
  p->have_identity = true;
  return true;
}

static bool read_supervisor(struct reader *r) {
  r->plan->supervisor_steps_down = strcmp(r->words[1], "cell") == 0;
  return r->plan->supervisor_steps_down || strcmp(r->words[1], "host") == 0 || plan_refuse(r, "expected cell or host");
}

static bool read_hostname(struct reader *r) {
  if (!*r->words[1] || strlen(r->words[1]) > 64) return plan_refuse(r, "expected a host name of 1 to 64 bytes");
  r->plan->hostname = r->words[1];
  return true;
}

static struct root_step *add_root(struct reader *r, enum root_verb verb, const char *target) {
  struct plan *p = r->plan;
  if (!word_is_path(target) || target[1] == '\0') {
    // The whole root may be a bind mount ("everything readable"): no other verb may take "/".
    if (verb != ROOT_MOUNT || strcmp(target, "/") != 0) return plan_refuse(r, "expected an absolute, normalised target path"), NULL;
  }
  struct root_step *steps = plan_grow(p->root, p->root_count, &r->root_room, sizeof *steps, PLAN_MAX_STEPS);
  if (!steps) return plan_refuse(r, "too many steps"), NULL;
  p->root = steps;
  struct root_step *step = &p->root[p->root_count++];
  *step = (struct root_step){.verb = verb, .target = target};
  return step;
}

static bool read_attributes(struct reader *r, char *flags, struct root_step *step) {
  char *rest = flags;
  for (char *flag; (flag = strsep(&rest, ","));) {
    if (!strcmp(flag, "ro")) step->attributes |= K_MOUNT_ATTR_RDONLY;
    else if (!strcmp(flag, "rw")) step->attributes &= ~K_MOUNT_ATTR_RDONLY;
    else if (!strcmp(flag, "nosuid")) step->attributes |= K_MOUNT_ATTR_NOSUID;
    else if (!strcmp(flag, "nodev")) step->attributes |= K_MOUNT_ATTR_NODEV;
    else if (!strcmp(flag, "noexec")) step->attributes |= K_MOUNT_ATTR_NOEXEC;
    else if (!strcmp(flag, "idmap")) step->idmap = true;
    else if (!strcmp(flag, "directory")) step->directory = true;
    else if (!strcmp(flag, "file")) step->directory = false;
    else return plan_refuse(r, "expected ro, rw, nosuid, nodev, noexec, idmap, directory or file");
  }
  return true;
}

static bool read_mount(struct reader *r) {
  if (!word_is_path(r->words[1])) return plan_refuse(r, "expected an absolute, normalised source path");
  struct root_step *step = add_root(r, ROOT_MOUNT, r->words[2]);
  if (!step) return false;
  step->source = r->words[1];
  return read_attributes(r, r->words[3], step);
}

static bool read_tmpfs(struct reader *r) {
  struct root_step *step = add_root(r, ROOT_TMPFS, r->words[1]);
  uint64_t mode;
  if (!step) return false;
  // To tmpfs, 0 means no limit.
  if (!word_number(r->words[2], UINT64_MAX >> 1, &step->size) || !step->size ||
      !word_number(r->words[3], UINT32_MAX, &step->inodes) || !step->inodes || !word_number(r->words[4], 01777, &mode))
    return plan_refuse(r, "expected a size, a number of inodes and a mode");
  step->mode = (uint32_t)mode;
  step->directory = true;
  return read_attributes(r, r->words[5], step);
}

static bool read_proc(struct reader *r) { return add_root(r, ROOT_PROC, r->words[1]) != NULL; }

static bool read_device(struct reader *r) {
  const char *name = r->words[1];
  if (strcmp(name, "null") && strcmp(name, "zero") && strcmp(name, "full") && strcmp(name, "random") && strcmp(name, "urandom"))
    return plan_refuse(r, "expected null, zero, full, random or urandom");
  struct root_step *step = add_root(r, ROOT_DEVICE, r->words[2]);
  if (step) step->source = name;
  return step != NULL;
}

static bool read_symlink(struct reader *r) {
  if (!*r->words[1]) return plan_refuse(r, "expected the text of the link");
  struct root_step *step = add_root(r, ROOT_SYMLINK, r->words[2]);
  if (step) step->source = r->words[1];
  return step != NULL;
}

static bool read_file(struct reader *r) {
  struct root_step *step = add_root(r, ROOT_FILE, r->words[1]);
  uint64_t mode;
  if (!step) return false;
  if (!word_number(r->words[2], 0777, &mode)) return plan_refuse(r, "expected a mode");
  step->mode = (uint32_t)mode;
  step->source = r->words[3];
  return true;
}

static bool read_directory(struct reader *r) { return add_root(r, ROOT_DIRECTORY, r->words[1]) != NULL; }

static bool read_mask(struct reader *r) {
  struct root_step *step = add_root(r, ROOT_MASK, r->words[1]);
  return step && (word_one_of(r->words[2], "directory", "file", &step->directory) || plan_refuse(r, "expected directory or file"));
}

static bool read_anchor(struct reader *r) { return add_root(r, ROOT_ANCHOR, r->words[1]) != NULL; }

static bool read_landlock(struct reader *r) {
  struct plan *p = r->plan;
  p->landlock = true;
  return (word_number(r->words[1], UINT64_MAX, &p->landlock_fs) && word_number(r->words[2], UINT64_MAX, &p->landlock_net) &&
          word_number(r->words[3], UINT64_MAX, &p->landlock_scoped)) ||
         plan_refuse(r, "expected three masks");
}

static bool read_landlock_path(struct reader *r) {
  struct plan *p = r->plan;
  if (!word_is_path(r->words[1])) return plan_refuse(r, "expected an absolute, normalised path");
  struct landlock_path *rules = plan_grow(p->landlock_paths, p->landlock_count, &r->landlock_room, sizeof *rules, PLAN_MAX_RULES);
  if (!rules) return plan_refuse(r, "too many rules");
  p->landlock_paths = rules;
  struct landlock_path *rule = &rules[p->landlock_count];
  if (!word_number(r->words[2], UINT64_MAX, &rule->rights) || !rule->rights) return plan_refuse(r, "expected a mask of rights");
  rule->path = r->words[1];
  p->landlock_count++;
  return true;
}

// Eight bytes an instruction, as 16 hexadecimal digits: code (2 bytes), jt, jf, k (4 bytes), big-endian.
static bool read_seccomp(struct reader *r) {
  struct plan *p = r->plan;
  const char *hex = r->words[1];
  size_t length = strlen(hex);
  if (length == 0 || length % 16 != 0 || length / 16 > PLAN_MAX_FILTER) return plan_refuse(r, "expected 1 to 4096 instructions of 16 digits");
  p->filter = calloc(length / 16, sizeof *p->filter);
  if (!p->filter) return plan_refuse(r, "out of memory");
  for (size_t i = 0; i < length / 16; i++) {
    uint64_t bits = 0;
    for (size_t k = 0; k < 16; k++) {
      int digit = word_hex_digit(hex[i * 16 + k]);
      if (digit < 0) return plan_refuse(r, "expected hexadecimal digits");
      bits = bits << 4 | (unsigned)digit;
    }
    p->filter[i] = (struct sock_filter){
        .code = (uint16_t)(bits >> 48), .jt = (uint8_t)(bits >> 40), .jf = (uint8_t)(bits >> 32), .k = (uint32_t)bits};
  }
  p->filter_count = length / 16;
  return true;
}

static bool read_record(struct reader *r) {
  r->plan->record = true;
  return true;
}

static bool read_loopback(struct reader *r) {
  return word_one_of(r->words[1], "cell", "host", &r->plan->cell_loopback) || plan_refuse(r, "expected cell or host");
}

static bool read_after_ready(struct reader *r) {
  bool *which = !strcmp(r->words[0], "exec-after-ready") ? &r->plan->exec_after_ready : &r->plan->map_after_ready;
  return word_one_of(r->words[1], "allow", "deny", which) || plan_refuse(r, "expected allow or deny");
}

static bool read_rlimit(struct reader *r) {
  static const struct { const char *name; int resource; } known[] = {
      {"core", RLIMIT_CORE},   {"cpu", RLIMIT_CPU},         {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},           {"memlock", RLIMIT_MEMLOCK},
      {"fsize", RLIMIT_FSIZE}, {"msgqueue", RLIMIT_MSGQUEUE}, {"sigpending", RLIMIT_SIGPENDING}, {"stack", RLIMIT_STACK},
  };
  struct plan *p = r->plan;
  uint64_t value;
  size_t k = 0;
  while (k < sizeof known / sizeof *known && strcmp(known[k].name, r->words[1]) != 0) k++;
  if (k == sizeof known / sizeof *known || !word_number(r->words[2], UINT64_MAX >> 1, &value)) return plan_refuse(r, "expected a limit's name and value");
  if (p->rlimit_count == sizeof p->rlimits / sizeof *p->rlimits) return plan_refuse(r, "too many limits");
  p->rlimits[p->rlimit_count++] = (struct rlimit_step){known[k].resource, {(rlim_t)value, (rlim_t)value}};
  return true;
}

static bool read_env(struct reader *r) {
  struct plan *p = r->plan;
  const char *equals = strchr(r->words[1], '=');
  if (!equals || equals == r->words[1]) return plan_refuse(r, "expected NAME=VALUE");
  char **grown = plan_grow(p->environment, p->environment_count + 1, &r->environment_room, sizeof *grown, PLAN_MAX_STRINGS);
  if (!grown) return plan_refuse(r, "too many variables");
  p->environment = grown;
  grown[p->environment_count++] = r->words[1];
  grown[p->environment_count] = NULL;
  return true;
}

static bool read_arg(struct reader *r) {
  struct plan *p = r->plan;
  char **grown = plan_grow(p->arguments, p->argument_count + 1, &r->argument_room, sizeof *grown, PLAN_MAX_STRINGS);
  if (!grown) return plan_refuse(r, "too many arguments");
  p->arguments = grown;
  grown[p->argument_count++] = r->words[1];
  grown[p->argument_count] = NULL;
  return true;
}

static bool read_message(struct reader *r) {
  r->plan->message = r->words[1];
  return true;
}

static bool read_cwd(struct reader *r) {
  r->plan->directory = r->words[1];
  return word_is_path(r->words[1]) || plan_refuse(r, "expected an absolute, normalised path");
}

static bool read_exec(struct reader *r) {
  r->plan->program = r->words[1];
  return word_is_path(r->words[1]) || plan_refuse(r, "expected an absolute, normalised path");
}

static bool read_end(struct reader *r) {
  r->seen_end = true;
  return true;
}

static const struct plan_verb verbs[] = {
    {"namespaces", 1, 7, true, read_namespaces},
    {"user-namespace", 1, 1, true, read_user_namespace},
    {"identity", 4, 4, true, read_identity},
    {"supervisor", 1, 1, true, read_supervisor},
    {"hostname", 1, 1, true, read_hostname},
    {"mount", 3, 3, false, read_mount},
    {"tmpfs", 5, 5, false, read_tmpfs},
    {"proc", 1, 1, true, read_proc},
    {"device", 2, 2, false, read_device},
    {"symlink", 2, 2, false, read_symlink},
    {"file", 3, 3, false, read_file},
    {"directory", 1, 1, false, read_directory},
    {"mask", 2, 2, false, read_mask},
    {"anchor", 1, 1, false, read_anchor},
    {"landlock", 3, 3, true, read_landlock},
    {"landlock-path", 2, 2, false, read_landlock_path},
    {"seccomp", 1, 1, true, read_seccomp},
    {"connect", 4, 4, false, plan_read_net},
    {"bind", 4, 4, false, plan_read_net},
    {"nameserver", 1, 1, true, plan_read_nameserver},
    {"name", 4, 4, false, plan_read_name},
    {"public", 1, 1, false, plan_read_public},
    {"resolver", 2, 2, false, plan_read_resolver},
    {"host", 2, 2, false, plan_read_host},
    {"pin", 6, 6, false, plan_read_pin},
    {"unix", 4, 4, false, plan_read_unix},
    {"unix-alias", 2, 2, false, plan_read_unix_alias},
    {"unix-writable", 1, 1, false, plan_read_unix_place},
    {"unix-known", 1, 1, false, plan_read_unix_place},
    {"record", 0, 0, true, read_record},
    {"path", 3, 3, false, plan_read_path},
    {"loopback", 1, 1, true, read_loopback},
    {"exec-after-ready", 1, 1, true, read_after_ready},
    {"map-after-ready", 1, 1, true, read_after_ready},
    {"clock", 1, 1, true, plan_read_clock},
    {"uname", 3, 3, true, plan_read_uname},
    {"sysinfo", 3, 3, true, plan_read_sysinfo},
    {"processors", 1, 1, true, plan_read_processors},
    {"rlimit", 2, 2, false, read_rlimit},
    {"cgroup-make", 1, 1, false, plan_read_cgroup},
    {"cgroup-set", 2, 2, false, plan_read_cgroup},
    {"cgroup-try", 2, 2, false, plan_read_cgroup},
    {"cgroup-join", 1, 1, false, plan_read_cgroup},
    {"cgroup-sweep", 1, 1, false, plan_read_cgroup},
    {"limit", 2, 2, false, plan_read_limit},
    {"watch", 1, 1, false, plan_read_watch},
    {"gauge", 2, 2, false, plan_read_gauge},
    {"freezer", 3, 3, true, plan_read_freezer},
    {"nice", 1, 1, true, plan_read_nice},
    {"wall-time", 1, 1, true, plan_read_wall_time},
    {"output", 1, 1, true, plan_read_rate},
    {"connections", 1, 1, true, plan_read_rate},
    {"connect-rate", 1, 1, true, plan_read_rate},
    {"count", 1, 1, true, plan_read_count},
    {"where", 5, 5, true, plan_read_where},
    {"env", 1, 1, false, read_env},
    {"message", 1, 1, true, read_message},
    {"cwd", 1, 1, true, read_cwd},
    {"exec", 1, 1, true, read_exec},
    {"arg", 1, 1, false, read_arg},
    {"end", 0, 0, true, read_end},
};
_Static_assert(sizeof verbs / sizeof *verbs == PLAN_VERBS, "one number for each verb");

const struct plan_verb *plan_verb(const char *name, size_t *number) {
  for (*number = 0; *number < PLAN_VERBS; ++*number)
    if (strcmp(verbs[*number].name, name) == 0) return &verbs[*number];
  return NULL;
}
