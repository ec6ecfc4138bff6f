// SPDX-License-Identifier: Apache-2.0
import type { Planted } from "./plant.ts";

/** In the jail: each is one condition less, or one number too many. Of each fuzzer, the first is tried in every test. */
export const plantedInC: readonly Planted[] = [
  {
    fuzzer: "plan",
    file: "plan/plan.c",
    from: "if (r->count == PLAN_MAX_WORDS) return",
    to: "if (r->count == PLAN_MAX_WORDS + 1) return",
  },
  {
    fuzzer: "plan",
    file: "plan/plan_verbs.c",
    from: "if (count < *room) return items;",
    to: "if (count <= *room && *room) return items;",
  },
  { fuzzer: "dns", file: "dns/dns_name.c", from: "|| used + size + 1 > DNS_WIRE_NAME - 2", to: "" },
  {
    fuzzer: "dns",
    file: "dns/dns_answer.c",
    from: "if (!may_have(plan, question->name, &found)) {",
    to: "if (0) {",
  },
  {
    fuzzer: "dns",
    file: "dns/dns_message.c",
    from: "if (record->length > length - *at) return false;",
    to: "",
  },
  {
    fuzzer: "stream",
    file: "dns/dns_serve.c",
    from: "sizeof connection->in - connection->in_length, MSG_DONTWAIT",
    to: "sizeof connection->in, MSG_DONTWAIT",
  },
  {
    fuzzer: "stream",
    file: "dns/resolver.c",
    from: "!name_may_be_asked(plan, question.name)",
    to: "question.type == DNS_AAAA",
  },
  {
    fuzzer: "stream",
    file: "dns/dns_forward.c",
    from: "if (one->stream) try_again(one, true); // nobody",
    to: "if (one->stream) free(one->message); // nobody",
  },
  {
    fuzzer: "report",
    file: "supervisor/report.c",
    from: "< sizeof broker->line - 1) broker",
    to: "< sizeof broker->line + 1) broker",
  },
  { fuzzer: "report", file: "supervisor/report.c", from: ` || *word == '"'`, to: "" },
  {
    fuzzer: "control",
    file: "narrow/narrow.c",
    from: " && !n->rules.unix_rules[n->rules.unix_count - 1].allow;",
    to: ";",
  },
  {
    fuzzer: "control",
    file: "narrow/narrow.c",
    from: "if (next->map) narrow->plan->map_after_ready = false;",
    to: "narrow->plan->map_after_ready = !next->map;",
  },
  { fuzzer: "address", file: "network/address.c", from: "memset(address->bytes + 4, 0, 12);", to: "" },
  { fuzzer: "address", file: "network/address.c", from: "(0xff00 >> rest)", to: "(0xff >> rest)" },
  {
    fuzzer: "path",
    file: "network/unix_path.c",
    from: "if (length + component + 2 > size)",
    to: "if (length + component > size)",
  },
  {
    fuzzer: "path",
    file: "paths/path_rules.c",
    from: "|| path[length] == '/';",
    to: "|| path[length] != 'y';",
  },
];
