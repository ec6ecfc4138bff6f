// SPDX-License-Identifier: Apache-2.0
import type { CellFacts } from "../cell.ts";
import { accessDenied } from "../denial.ts";
import { apply, copyArguments, get } from "../pristine.ts";
import { type AnyFunction, type Callable, replaceFunction } from "../replace.ts";
import { explainedError, refusedError } from "./errors.ts";
import { createFileGuard, type FileGuard, identityDenial } from "./guard.ts";
import { setsIdentity } from "./modes.ts";
import { PATH_FUNCTIONS, type PathFunction, SINGLE_FUNCTIONS } from "./table.ts";

const { nextTick } = process;
const IDENTITY_BITS = identityDenial("a file");

/** Puts the file wall around all functions of `node:fs` but those of `fs.promises`, which is loaded when it is asked for. */
export function wrapFs(fs: object, cell: CellFacts): FileGuard {
  const guard = createFileGuard(cell.policy);
  for (const [name, kind] of Object.entries(PATH_FUNCTIONS)) {
    replaceFunction(fs, `${name}Sync`, (original, top) =>
      wrapSync(`${name}Sync`, kind, guard, original, top),
    );
    replaceFunction(fs, name, (original, top) => wrapCallback(name, kind, guard, original, top));
  }
  for (const [name, kind] of Object.entries(SINGLE_FUNCTIONS)) {
    replaceFunction(fs, name, (original, top) => wrapSync(name, kind, guard, original, top));
  }
  for (const name of ["realpath", "realpathSync"]) {
    const kind = PATH_FUNCTIONS["realpath"] as PathFunction;
    const wrap = name === "realpath" ? wrapCallback : wrapSync;
    replaceFunction(get(fs, name) as object, "native", (original, top) =>
      wrap(name, kind, guard, original, top),
    );
  }
  wrapExists(fs, guard);
  for (const name of ["fchmod", "fchmodSync"]) replaceFunction(fs, name, refuseIdentityBits);
  return guard;
}

/** Puts the file wall around `fs.promises`. */
export function wrapFsPromises(promises: object, guard: FileGuard): void {
  for (const [name, kind] of Object.entries(PATH_FUNCTIONS)) {
    replaceFunction(promises, name, (original, top) => wrapPromise(name, kind, guard, original, top));
  }
  replaceFunction(promises, "open", (original) => async (self, args) => {
    const handle = await original(self, args);
    guardFileHandle(handle as object);
    return handle;
  });
  replaceFunction(promises, "watch", (original, top) =>
    wrapSync("watch", { uses: ["read"] }, guard, original, top),
  );
}

let isFileHandleGuarded = false;

/** Its class is to be had from an open file alone. */
function guardFileHandle(handle: object): void {
  if (isFileHandleGuarded) return;
  isFileHandleGuarded = true;
  const prototype: object = Object.getPrototypeOf(handle);
  replaceFunction(prototype, "chmod", (original, top) => (self, args) => {
    if (!setsIdentity(args[0])) return original(self, args);
    return Promise.reject(accessDenied(IDENTITY_BITS, top));
  });
}

function wrapSync(
  name: string,
  kind: PathFunction,
  guard: FileGuard,
  original: Callable,
  top: AnyFunction,
): Callable {
  return (self, args) => {
    const refusal = guard.refuse(kind, args);
    if (refusal !== undefined) {
      if (refusal.absent && acceptsAbsence(args)) return undefined;
      throw refusedError(refusal, name, top);
    }
    try {
      return original(self, args);
    } catch (error) {
      throw explainedError(error, guard.explain(kind, args, error));
    }
  };
}

/** `statSync(path, { throwIfNoEntry: false })` */
function acceptsAbsence(args: readonly unknown[]): boolean {
  const options = args[1];
  return typeof options === "object" && options !== null && get(options, "throwIfNoEntry") === false;
}

function wrapCallback(
  name: string,
  kind: PathFunction,
  guard: FileGuard,
  original: Callable,
  top: AnyFunction,
): Callable {
  return (self, args) => {
    const last = args.length - 1;
    const callback = args[last];
    if (typeof callback !== "function") return original(self, args);
    const refusal = guard.refuse(kind, args);
    if (refusal !== undefined) {
      if (kind.throws === true && !refusal.absent) throw refusedError(refusal, name, top);
      nextTick(callback, refusedError(refusal, name, top));
      return undefined;
    }
    const copy = copyArguments(args);
    copy[last] = function explaining(this: unknown, ...results: unknown[]): unknown {
      const error = results[0];
      if (error !== null && error !== undefined) explainedError(error, guard.explain(kind, args, error));
      return apply(callback, this, results);
    };
    return original(self, copy);
  };
}

function wrapPromise(
  name: string,
  kind: PathFunction,
  guard: FileGuard,
  original: Callable,
  top: AnyFunction,
): Callable {
  return async (self, args) => {
    // Node 22.12 dies of its own refusal in some of these, so it is not left to it.
    const refusal = guard.refuse(kind, args);
    if (refusal !== undefined) throw refusedError(refusal, name, top);
    try {
      return await original(self, args);
    } catch (error) {
      throw explainedError(error, guard.explain(kind, args, error));
    }
  };
}

/** `exists` has no error to give: what a wall hides is not there. */
function wrapExists(fs: object, guard: FileGuard): void {
  const kind: PathFunction = { uses: ["read"], probe: true };
  replaceFunction(fs, "existsSync", (original) => (self, args) => {
    return guard.refuse(kind, args) === undefined ? original(self, args) : false;
  });
  replaceFunction(fs, "exists", (original) => (self, args) => {
    const callback = args[1];
    if (typeof callback !== "function" || guard.refuse(kind, args) === undefined) return original(self, args);
    nextTick(callback, false);
    return undefined;
  });
}

function refuseIdentityBits(original: Callable, top: AnyFunction): Callable {
  return (self, args) => {
    if (!setsIdentity(args[1])) return original(self, args);
    throw accessDenied(IDENTITY_BITS, top);
  };
}
