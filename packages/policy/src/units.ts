// SPDX-License-Identifier: Apache-2.0
import { expected } from "./values.ts";

// Sizes count in steps of 1024, as the kernel and every cgroup file do.
const sizes: readonly (readonly [string, number])[] = [
  ["TB", 1024 ** 4],
  ["GB", 1024 ** 3],
  ["MB", 1024 ** 2],
  ["KB", 1024],
  ["B", 1],
];
const durations: readonly (readonly [string, number])[] = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];

export const sizePattern = "^[0-9]{1,15}(\\.[0-9]{1,3})?(TB|GB|MB|KB|B)$";
export const durationPattern = "^[0-9]{1,15}(\\.[0-9]{1,3})?(h|m|s|ms)$";

function parseUnits(
  value: unknown,
  pattern: string,
  units: readonly (readonly [string, number])[],
  what: string,
): number {
  if (typeof value !== "string") throw expected(what, value);
  const unit = new RegExp(pattern).exec(value)?.[2];
  const factor = units.find(([name]) => name === unit)?.[1];
  if (unit === undefined || factor === undefined) throw expected(what, value);
  const result = Math.round(Number(value.slice(0, -unit.length)) * factor);
  if (result < 1 || !Number.isSafeInteger(result)) throw expected(`${what}, within reason`, value);
  return result;
}

function formatUnits(value: number, units: readonly (readonly [string, number])[]): string {
  const [name, factor] = units.find(([, each]) => value % each === 0) ?? ["", 1];
  return `${value / factor}${name}`;
}

function describeUnits(value: number, units: readonly (readonly [string, number])[]): string {
  const [name, factor] = units.find(([, each]) => value >= each) ?? units.at(-1) ?? ["", 1];
  return `${Math.round((value / factor) * 10) / 10}${name}`;
}

/** Bytes, from text such as `256MB`. */
export function parseSize(value: unknown, name: string): number {
  return parseUnits(value, sizePattern, sizes, `\`${name}\` to be a size such as "256MB"`);
}

/** Text such as `256MB`, from bytes. */
export function formatSize(bytes: number): string {
  return formatUnits(bytes, sizes);
}

/** Milliseconds, from text such as `30s`. */
export function parseDuration(value: unknown, name: string): number {
  return parseUnits(value, durationPattern, durations, `\`${name}\` to be a duration such as "30s"`);
}

/** Text such as `30s`, from milliseconds. */
export function formatDuration(milliseconds: number): string {
  return formatUnits(milliseconds, durations);
}

/** A whole number from 1 on. */
export function parseCount(value: unknown, name: string, most = 1_000_000): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > most) {
    throw expected(`\`${name}\` to be a whole number from 1 to ${most}`, value);
  }
  return value;
}

/** A number from 0.01 on: below a hundredth of a processor the kernel's scheduler takes no bound. */
export function parseShare(value: unknown, name: string): number {
  if (typeof value !== "number" || !(value >= 0.01 && value <= 1024))
    throw expected(`\`${name}\` to be a number from 0.01 to 1024`, value);
  return value;
}

/** Text such as `128.3MB`, for people: rounded to a tenth. */
export function describeSize(bytes: number): string {
  return describeUnits(bytes, sizes);
}

/** Text such as `1.5s`, for people: rounded to a tenth. */
export function describeDuration(milliseconds: number): string {
  return describeUnits(milliseconds, durations);
}
