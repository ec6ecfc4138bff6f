// SPDX-License-Identifier: Apache-2.0
import { accessDenied, markDenied } from "../denial.ts";
import { defineValue } from "../pristine.ts";
import type { AnyFunction } from "../replace.ts";
import type { FileRefusal } from "./guard.ts";

// The same on all of Linux; `os.constants` would have to be loaded.
const ENOENT = 2;

/** The error for a call that the file wall refuses. */
export function refusedError(refusal: FileRefusal, name: string, above: AnyFunction): Error {
  if (!refusal.absent) return accessDenied(refusal.denial, above);
  const syscall = name.replace(/Sync$/, "");
  const error = new Error(`ENOENT: no such file or directory, ${syscall} '${refusal.path}'`);
  Error.captureStackTrace(error, above);
  defineValue(error, "errno", -ENOENT);
  defineValue(error, "code", "ENOENT");
  defineValue(error, "syscall", syscall);
  defineValue(error, "path", refusal.path);
  return markDenied(error, refusal.denial, true);
}

/** Makes the kernel's error say which grant is missing. */
export function explainedError(error: unknown, refusal: FileRefusal | undefined): unknown {
  if (refusal === undefined || !(error instanceof Error)) return error;
  const stays = refusal.absent && Reflect.get(error, "code") === "ENOENT";
  return markDenied(error, refusal.denial, stays);
}
