// SPDX-License-Identifier: Apache-2.0
// What `cordon doctor` starts to see that a cell starts.
process.exitCode = 0;
