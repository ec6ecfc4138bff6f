// SPDX-License-Identifier: Apache-2.0
// What the runtime says on its descriptor 3, a line each, and what it hears on its descriptor 4.
#pragma once

#include "broker.h"

// Reads what has come: `ready`, once, then `denied SCOPE RESOURCE` for what the runtime refused itself, `used WHAT TEXT`
// for what it was told to watch, and `drop REQUEST SCOPE [REFERENCE]` for what the program gives up. From the first byte on the program may be the author:
// the lines are news for the host, and a drop can only narrow.
void report_read(struct broker *broker);

// Reads what a program that is gone has still said.
void report_finish(struct broker *broker);

// Answers a drop: `done`, or why not, in one word. Never waits: who does not read has no answer.
void report_answer(struct broker *broker, unsigned request, const char *word);
