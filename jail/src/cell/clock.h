// SPDX-License-Identifier: Apache-2.0
#pragma once

// The clocks that count from the machine's start count from the cell's instead, for all that is forked from here on
// (time_namespaces(7)). `proc` is a descriptor of /proc.
void clock_restart(int proc);
