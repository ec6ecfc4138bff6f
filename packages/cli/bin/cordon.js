#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
await import("../src/main.ts");
