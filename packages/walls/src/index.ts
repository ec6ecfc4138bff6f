// SPDX-License-Identifier: Apache-2.0
export * from "./host/index.ts";
export * from "./landlock.ts";
export * from "./seccomp/index.ts";
