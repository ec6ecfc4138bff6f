// SPDX-License-Identifier: Apache-2.0
// The npm package `cordon` as a library: start cells and decide policies from your own program.
export * from "@cordon/cell";
export * from "@cordon/policy";
