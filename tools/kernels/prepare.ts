// SPDX-License-Identifier: Apache-2.0
// What machines are made of: fetched once, and kept below `.cordon/kernels`.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Kernel } from "./catalogue.ts";
import type { MachineParts } from "./machine.ts";
import { type Archive, kernelPackages, openArchive } from "./packages.ts";
import { makeDisk, makeModules, userland } from "./tree.ts";

const work = join(dirname(dirname(import.meta.dirname)), ".cordon", "kernels");

/** What all machines of one run share. */
export type Shared = Pick<MachineParts, "qemu" | "disk">;

/** A path among what is kept. */
export const place = (...names: string[]): string => join(work, ...names);

const archiveOf = (release?: string): Archive => openArchive(place("apt", release ?? "own"), release);

function fetch(into: string, names: readonly string[]): void {
  // What was fetched for a shorter list is not enough.
  const list = `${into}.list`;
  const wanted = names.join(" ");
  if (existsSync(into) && existsSync(list) && readFileSync(list, "utf8") === wanted) return;
  process.stderr.write(`kernels: fetching ${wanted}\n`);
  archiveOf().unpack(names, into, true);
  writeFileSync(list, wanted);
}

function fetchKernel(into: string, { name, release }: Kernel): void {
  if (existsSync(into)) return;
  process.stderr.write(`kernels: fetching Linux ${name}\n`);
  const archive = archiveOf(release);
  archive.unpack(kernelPackages(archive, "linux-image-amd64"), into, false);
}

/** Fetches what all machines are made of, unless it is there, and makes the disk that they share. */
export function prepareAll(isFresh: boolean): Shared {
  if (isFresh) rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  fetch(place("qemu"), ["qemu-system-x86", "busybox-static", "e2fsprogs"]);
  fetch(place("userland"), userland);
  process.stderr.write("kernels: making the disk\n");
  const disk = place("disk.img");
  makeDisk({ userland: place("userland"), tools: place("qemu") }, disk);
  return { qemu: place("qemu"), disk };
}

/** Fetches one kernel, unless it is there, and makes the disk of its modules. */
export function prepare(kernel: Kernel, shared: Shared): Omit<MachineParts, "work"> {
  const unpacked = place(`linux-${kernel.name}`);
  fetchKernel(unpacked, kernel);
  mkdirSync(place(kernel.name), { recursive: true });
  const modules = place(kernel.name, "modules.img");
  makeModules({ kernel: unpacked, userland: place("userland"), tools: shared.qemu }, modules);
  return { ...shared, kernel: unpacked, modules };
}
