// SPDX-License-Identifier: Apache-2.0
// The fuzz target: any bytes are either refused with a message, or a plan whose text reads back as the same plan.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "plan.h"
#include "plan_print.h"

unsigned long fuzz_accepted;
const char fuzz_name[] = "plan_fuzz";

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  char error[128] = "";
  struct plan *plan = plan_parse((const char *)data, size, error, sizeof error);
  if (!plan) {
    fuzz_hold(strncmp(error, "plan", 4) == 0 && strlen(error) < sizeof error - 1, "a refusal without a whole message");
    return 0;
  }
  fuzz_hold(plan->program && plan->directory && plan->arguments && !plan->arguments[plan->argument_count], "a plan without a program");
  fuzz_hold(!plan->environment[plan->environment_count], "an environment without an end");
  char *printed = plan_print(plan);
  struct plan *again = plan_parse(printed, strlen(printed), error, sizeof error);
  fuzz_hold(again, error);
  char *twice = plan_print(again);
  fuzz_hold(strcmp(printed, twice) == 0, "another plan when read back");
  free(printed), free(twice);
  plan_free(plan), plan_free(again);
  fuzz_accepted++;
  return 0;
}
