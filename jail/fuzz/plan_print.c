// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "plan_print.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

typedef unsigned long long big;

static void word(FILE *out, const char *text) {
  fputc(' ', out);
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c > ' ' && *c < 0x7f && *c != '%') fputc(*c, out);
    else fprintf(out, "%%%02x", *c);
  }
}

static void line(FILE *out, const char *verb, const char *one, const char *two) {
  fputs(verb, out);
  word(out, one);
  if (two) word(out, two);
  fputc('\n', out);
}

static void flags(FILE *out, const struct root_step *step) {
  fprintf(out, " %s%s%s%s%s%s\n", step->attributes & K_MOUNT_ATTR_RDONLY ? "ro" : "rw",
          step->attributes & K_MOUNT_ATTR_NOSUID ? ",nosuid" : "", step->attributes & K_MOUNT_ATTR_NODEV ? ",nodev" : "",
          step->attributes & K_MOUNT_ATTR_NOEXEC ? ",noexec" : "", step->idmap ? ",idmap" : "", step->directory ? ",directory" : ",file");
}

static void root_step(FILE *out, const struct root_step *step) {
  switch (step->verb) {
    case ROOT_MOUNT:
      fputs("mount", out);
      word(out, step->source);
      word(out, step->target);
      flags(out, step);
      break;
    case ROOT_TMPFS:
      fputs("tmpfs", out);
      word(out, step->target);
      fprintf(out, " %llu %llu %u", (big)step->size, (big)step->inodes, step->mode);
      flags(out, step);
      break;
    case ROOT_PROC:
      line(out, "proc", step->target, NULL);
      break;
    case ROOT_DEVICE:
      line(out, "device", step->source, step->target);
      break;
    case ROOT_SYMLINK:
      line(out, "symlink", step->source, step->target);
      break;
    case ROOT_FILE:
      fputs("file", out);
      word(out, step->target);
      fprintf(out, " %u", step->mode);
      word(out, step->source);
      fputc('\n', out);
      break;
    case ROOT_DIRECTORY:
      line(out, "directory", step->target, NULL);
      break;
    case ROOT_MASK:
      line(out, "mask", step->target, step->directory ? "directory" : "file");
      break;
    case ROOT_ANCHOR:
      line(out, "anchor", step->target, NULL);
      break;
  }
}

static void namespaces(FILE *out, const struct plan *plan) {
  static const struct { const char *name; unsigned flag; } known[] = {
      {"user", CLONE_NEWUSER}, {"mount", CLONE_NEWNS}, {"pid", CLONE_NEWPID},          {"net", CLONE_NEWNET},
      {"ipc", CLONE_NEWIPC},   {"uts", CLONE_NEWUTS},  {"cgroup", K_CLONE_NEWCGROUP},
  };
  if (plan->namespaces) {
    fputs("namespaces", out);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
      if (plan->namespaces & known[i].flag) word(out, known[i].name);
    fputc('\n', out);
  }
  line(out, "user-namespace", plan->userns_after_mounts ? "after-mounts" : "before-mounts", NULL);
  if (plan->hostname) line(out, "hostname", plan->hostname, NULL);
  if (plan->own_clock) fputs("clock cell\n", out);
  for (size_t i = 0; i < plan->root_count; i++) root_step(out, &plan->root[i]);
}

static void address(FILE *out, int family, const uint8_t *bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(family, bytes, text, sizeof text);
  word(out, text);
}

static void network(FILE *out, int family, const uint8_t *bytes, unsigned prefix) {
  address(out, family, bytes);
  fprintf(out, "/%u", prefix);
}

static void names(FILE *out, const struct plan *plan) {
  if (plan->nameserver) line(out, "nameserver", "cell", NULL);
  for (size_t i = 0; i < plan->name_count; i++) {
    const struct name_rule *rule = &plan->names[i];
    fprintf(out, "name %s %s", rule->allow ? "allow" : "deny", rule->protocol == IPPROTO_TCP ? "tcp" : "udp");
    fprintf(out, " %s%s %u-%u\n", rule->kind == NAME_BELOW ? "*." : "", rule->kind == NAME_PUBLIC ? "public" : rule->name, rule->from, rule->to);
  }
  for (size_t i = 0; i < plan->public_count; i++) {
    fputs("public", out);
    network(out, plan->public[i].family, plan->public[i].address, plan->public[i].prefix);
    fputc('\n', out);
  }
  for (size_t i = 0; i < plan->resolver_count; i++) {
    const struct resolver_step *resolver = &plan->resolvers[i];
    fputs("resolver", out);
    address(out, resolver->at.family, resolver->at.address);
    if (resolver->scope) fprintf(out, "%%25%u", resolver->scope);
    fprintf(out, " %u\n", resolver->port);
  }
  for (size_t i = 0; i < plan->host_count; i++) {
    fputs("host", out);
    word(out, plan->hosts[i].name);
    address(out, plan->hosts[i].at.family, plan->hosts[i].at.address);
    fputc('\n', out);
  }
}

static void filters(FILE *out, const struct plan *plan) {
  if (plan->landlock)
    fprintf(out, "landlock %llu %llu %llu\n", (big)plan->landlock_fs, (big)plan->landlock_net, (big)plan->landlock_scoped);
  for (size_t i = 0; i < plan->landlock_count; i++) {
    fputs("landlock-path", out);
    word(out, plan->landlock_paths[i].path);
    fprintf(out, " 0x%llx\n", (big)plan->landlock_paths[i].rights);
  }
  if (plan->filter) fputs("seccomp ", out);
  for (size_t i = 0; i < plan->filter_count; i++) {
    const struct sock_filter *f = &plan->filter[i];
    fprintf(out, "%04x%02x%02x%08x", f->code, f->jt, f->jf, f->k);
  }
  if (plan->filter) fputc('\n', out);
  for (size_t i = 0; i < plan->net_count; i++) {
    const struct net_rule *rule = &plan->net[i];
    fprintf(out, "%s %s %s", rule->bind ? "bind" : "connect", rule->allow ? "allow" : "deny", rule->protocol == IPPROTO_TCP ? "tcp" : "udp");
    if (rule->family == AF_UNSPEC) word(out, "*");
    else network(out, rule->family, rule->address, rule->prefix);
    fprintf(out, " %u-%u\n", rule->from, rule->to);
  }
  if (plan->uname_release) {
    fputs("uname", out);
    word(out, plan->uname_node);
    word(out, plan->uname_release);
    word(out, plan->uname_version);
    fputc('\n', out);
  }
  if (plan->answers_sysinfo) {
    fputs("sysinfo", out);
    if (plan->shown_memory) fprintf(out, " %llu", (big)plan->shown_memory);
    else fputs(" host", out);
    fprintf(out, " %s %s\n", plan->hides_uptime ? "cell" : "host", plan->hides_loads ? "none" : "host");
  }
  if (plan->shown_processors) fprintf(out, "processors %llu\n", (big)plan->shown_processors);
  for (size_t i = 0; i < plan->pin_count; i++) {
    const struct pinned_file *pin = &plan->pins[i];
    fputs("pin", out);
    word(out, pin->path);
    fprintf(out, " %llu %llu %llu %llu %llu\n", (big)pin->device, (big)pin->inode, (big)pin->size, (big)pin->modified, (big)pin->changed);
  }
  for (size_t i = 0; i < plan->unix_count; i++) {
    const struct unix_rule *rule = &plan->unix_rules[i];
    fprintf(out, "unix %s %s", rule->allow ? "allow" : "deny", rule->prefix ? "prefix" : "below");
    word(out, rule->path);
    fputs(rule->own ? " own\n" : " host\n", out);
  }
  for (size_t i = 0; i < plan->unix_alias_count; i++) line(out, "unix-alias", plan->unix_aliases[i].path, plan->unix_aliases[i].real);
  for (size_t i = 0; i < plan->unix_writable_count; i++) line(out, "unix-writable", plan->unix_writable[i], NULL);
  for (size_t i = 0; i < plan->unix_known_count; i++) line(out, "unix-known", plan->unix_known[i], NULL);
  names(out, plan);
  for (size_t i = 0; i < plan->path_rule_count; i++) {
    static const char *const bans[] = {[BAN_NOTHING] = "nothing", [BAN_WRITE] = "write", [BAN_ALL] = "all"};
    fputs("path", out);
    word(out, plan->path_rules[i].path);
    fprintf(out, " %s %s\n", plan->path_rules[i].prefix ? "prefix" : "exact", bans[plan->path_rules[i].ban]);
  }
  line(out, "loopback", plan->cell_loopback ? "cell" : "host", NULL);
  line(out, "exec-after-ready", plan->exec_after_ready ? "allow" : "deny", NULL);
  line(out, "map-after-ready", plan->map_after_ready ? "allow" : "deny", NULL);
}

static void limits(FILE *out, const struct plan *plan) {
  static const struct { const char *name; int resource; } known[] = {
      {"core", RLIMIT_CORE},   {"cpu", RLIMIT_CPU},           {"nofile", RLIMIT_NOFILE},     {"nproc", RLIMIT_NPROC},           {"memlock", RLIMIT_MEMLOCK},
      {"fsize", RLIMIT_FSIZE}, {"msgqueue", RLIMIT_MSGQUEUE}, {"sigpending", RLIMIT_SIGPENDING}, {"stack", RLIMIT_STACK},
  };
  static const char *const cgroup[] = {[CGROUP_MAKE] = "cgroup-make", [CGROUP_SET] = "cgroup-set", [CGROUP_TRY] = "cgroup-try", [CGROUP_JOIN] = "cgroup-join", [CGROUP_SWEEP] = "cgroup-sweep"};
  for (size_t i = 0; i < plan->rlimit_count; i++)
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
      if (known[k].resource == plan->rlimits[i].resource)
        fprintf(out, "rlimit %s %llu\n", known[k].name, (big)plan->rlimits[i].value.rlim_max);
  for (size_t i = 0; i < plan->cgroup_count; i++) line(out, cgroup[plan->cgroup[i].verb], plan->cgroup[i].path, plan->cgroup[i].value);
  if (plan->output_rate) fprintf(out, "output %llu\n", (big)plan->output_rate);
  if (plan->connections) fprintf(out, "connections %llu\n", (big)plan->connections);
  if (plan->connect_rate) fprintf(out, "connect-rate %llu\n", (big)plan->connect_rate);
  if (plan->counts_bytes) fputs("count bytes\n", out);
  const struct plan_where *where = &plan->where;
  if (where->entry)
    fprintf(out, "where %llu %llu %llu %llu %llu\n", (big)where->entry, (big)where->current, (big)where->request, (big)where->print, (big)where->stream);
  for (size_t i = 0; i < BOUNDS; i++) {
    if (plan->bounds[i]) fprintf(out, "limit %s %llu\n", bound_names[i], (big)plan->bounds[i]);
    if (plan->watched[i]) line(out, "watch", bound_names[i], NULL);
  }
  for (size_t i = 0; i < GAUGES; i++)
    if (plan->gauges[i]) line(out, "gauge", gauge_names[i], plan->gauges[i]);
  if (plan->freezer.control) {
    fprintf(out, "freezer %d", plan->freezer.is_legacy ? 1 : 2);
    word(out, plan->freezer.control), word(out, plan->freezer.state);
    fputc('\n', out);
  }
  if (plan->nice) fprintf(out, "nice %d\n", plan->nice);
  if (plan->wall_time_ms) fprintf(out, "wall-time %llu\n", (big)plan->wall_time_ms);
}

char *plan_print(const struct plan *plan) {
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  const char *plus = plan->uid_from_pid ? "+" : "";
  if (!out) abort();
  fputs(plan->record ? "cordon-plan 1\nrecord\n" : "cordon-plan 1\n", out);
  if (plan->supervisor_steps_down) fputs("supervisor cell\n", out);
  if (plan->have_identity)
    fprintf(out, "identity %s%u %s%u %u %u\n", plus, plan->uid, plus, plan->gid, plan->inside_uid, plan->inside_gid);
  namespaces(out, plan);
  filters(out, plan);
  limits(out, plan);
  for (size_t i = 0; i < plan->environment_count; i++) line(out, "env", plan->environment[i], NULL);
  if (plan->message) line(out, "message", plan->message, NULL);
  line(out, "cwd", plan->directory, NULL);
  line(out, "exec", plan->program, NULL);
  for (size_t i = 0; i < plan->argument_count; i++) line(out, "arg", plan->arguments[i], NULL);
  fputs("end\n", out);
  fclose(out);
  return text;
}
