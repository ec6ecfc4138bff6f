// SPDX-License-Identifier: Apache-2.0
// What a cell uses of that which no cgroup counts.
#pragma once

#include "broker.h"
#include "relay.h"

// `rates ID`: reports it. False for another command.
bool rates_command(const char *line, const struct broker *broker, const struct relay *relay);
