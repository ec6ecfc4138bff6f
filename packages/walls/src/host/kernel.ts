// SPDX-License-Identifier: Apache-2.0
import type { Architecture } from "../seccomp/options.ts";
import type { Host } from "./host.ts";

/** Reads a release such as "6.18.44-generic". */
export function parseRelease(release: string): Host["kernel"] {
  const [, major = "0", minor = "0"] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  return { release, major: Number(major), minor: Number(minor) };
}

/** Whether the kernel is at least this one. */
export function isAtLeast(kernel: Host["kernel"], major: number, minor: number): boolean {
  return kernel.major > major || (kernel.major === major && kernel.minor >= minor);
}

/** The architecture by Node's name, if Cordon has tables for it. */
export function findArchitecture(arch: string): Architecture | null {
  return arch === "x64" || arch === "arm64" ? arch : null;
}

/** Which C library a process has mapped, from its `/proc/self/maps`. */
export function findLibc(maps: string): Host["libc"] {
  if (/\/ld-musl-[^/\n]*$/m.test(maps)) return { kind: "musl" };
  const version = /\/libc-(\d+\.\d+)\.so$/m.exec(maps)?.[1];
  if (version !== undefined) return { kind: "glibc", version };
  return { kind: /\/libc\.so\.6$/m.test(maps) ? "glibc" : "unknown" };
}
