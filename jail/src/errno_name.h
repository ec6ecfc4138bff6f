// SPDX-License-Identifier: Apache-2.0
#pragma once

// "EPERM" for EPERM; "" for a number that has no name here. (glibc before 2.32 and musl have no strerrorname_np.)
const char *errno_name(int number);
