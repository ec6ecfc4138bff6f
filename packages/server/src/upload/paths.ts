// SPDX-License-Identifier: Apache-2.0
import { posix } from "node:path";
import { CordonError } from "@cordon/policy";
import type { BundlePath } from "../store/bundles.ts";

const longestName = 255;
const longestPath = 1024;
const deepest = 64;
// Control characters (C0, DEL, C1) would let a name write on the operator's terminal.
const unprintable = /[\u0000-\u001f\u007f-\u009f\ufffd]/;

/**
 * Checks the path of an entry of an archive; `.` and a trailing slash are taken off. Returns nothing for the
 * archive's own root. Throws ERR_BUNDLE_INVALID.
 */
export function parseBundlePath(path: string): BundlePath | undefined {
  if (path.length > longestPath) throw invalid(path.slice(0, 80), `longer than ${longestPath} characters`);
  // U+FFFD stands where the bytes were no UTF-8; two such names could become one.
  if (unprintable.test(path))
    throw invalid(path, "control characters, or bytes that are not UTF-8, in the name");
  if (path.startsWith("/")) throw invalid(path, "an absolute path");
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw invalid(path, "`..` in the path");
  if (parts.length > deepest) throw invalid(path, `deeper than ${deepest} directories`);
  if (parts.some((part) => Buffer.byteLength(part) > longestName)) {
    throw invalid(path, `a name longer than ${longestName} bytes`);
  }
  const joined = parts.join("/");
  return isBundlePath(joined) ? joined : undefined;
}

/** Checks the target of a symbolic link by its text; where it really ends is checked again once it exists. */
export function parseLinkTarget(path: BundlePath, target: string): string {
  const quoted = JSON.stringify(target.slice(0, 80));
  if (target === "" || target.length > longestPath || unprintable.test(target)) {
    throw invalid(path, `a link to ${quoted}`);
  }
  const end = posix.join(posix.dirname(path), target);
  if (target.startsWith("/") || end === ".." || end.startsWith("../")) {
    throw invalid(path, `a link to ${quoted}, outside of the bundle`);
  }
  return target;
}

function isBundlePath(joined: string): joined is BundlePath {
  return joined !== "";
}

function invalid(path: string, reason: string): CordonError {
  return new CordonError("ERR_BUNDLE_INVALID", { entry: JSON.stringify(path), reason });
}
