// SPDX-License-Identifier: Apache-2.0
// What a host runs in its first cell, to see that it can.
process.exitCode = 0;
