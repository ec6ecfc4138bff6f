// SPDX-License-Identifier: Apache-2.0
import { types } from "node:util";
import { apply, defineValue } from "../pristine.ts";
import type { AnyFunction } from "../replace.ts";

const { isUint8Array } = types;
const { isBuffer } = Buffer;
const { utf8Slice } = Buffer.prototype as unknown as { utf8Slice: (...args: unknown[]) => string };
const { captureStackTrace } = Error;

/** Checks `scope` as Node does. */
export function takeScope(scope: unknown, top: AnyFunction): string {
  if (typeof scope !== "string") throw invalidType("scope", scope, top);
  return scope;
}

/** Checks `reference` as Node does: a string or a Buffer; without one, or with an empty one, the scope is meant. */
export function takeReference(reference: unknown, top: AnyFunction): string | undefined {
  if (reference === undefined || reference === null) return undefined;
  if (typeof reference === "string") return reference === "" ? undefined : reference;
  if (!isUint8Array(reference) || !apply(isBuffer, Buffer, [reference]))
    throw invalidType("reference", reference, top);
  const text = apply(utf8Slice, reference, []);
  return text === "" ? undefined : text;
}

function invalidType(name: string, got: unknown, top: AnyFunction): TypeError {
  const error = new TypeError(`The "${name}" argument must be of type string. Received ${describe(got)}`);
  return withCode(error, "ERR_INVALID_ARG_TYPE", top);
}

/** The error for a reference that the scope cannot take. */
export function invalidReference(problem: string, top: AnyFunction): TypeError {
  return withCode(
    new TypeError(`The argument 'reference' is invalid. ${problem}`),
    "ERR_INVALID_ARG_VALUE",
    top,
  );
}

export function withCode<E extends Error>(error: E, code: string, top: AnyFunction): E {
  captureStackTrace(error, top);
  defineValue(error, "code", code);
  return error;
}

/** As Node writes it behind "Received". */
function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "function") return `function ${value.name}`;
  if (typeof value === "object") {
    const { name }: { name?: unknown } = value.constructor ?? {};
    return typeof name === "string" && name !== "" ? `an instance of ${name}` : "[Object: null prototype] {}";
  }
  const text = typeof value === "symbol" ? value.toString() : `${value as number}`;
  return `type ${typeof value} (${text}${typeof value === "bigint" ? "n" : ""})`;
}
