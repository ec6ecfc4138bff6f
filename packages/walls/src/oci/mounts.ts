// SPDX-License-Identifier: Apache-2.0
import { isWithin } from "../access.ts";
import type { RootStep } from "../plan.ts";
import type { OciMount } from "./spec.ts";

/** Something in the bundle's directory. Paths are relative to it. */
export type BundleEntry =
  | { readonly kind: "directory"; readonly path: string; readonly mode: number }
  | { readonly kind: "file"; readonly path: string; readonly mode: number; readonly contents: string }
  | { readonly kind: "symlink"; readonly path: string; readonly text: string };

/** The root of a container: what the runtime mounts, in its order, and what lies in the bundle. */
export interface OciRoot {
  readonly mounts: readonly OciMount[];
  readonly entries: readonly BundleEntry[];
  /** Places in mounts of the host's that must be there already: whoever made them would change the host. */
  readonly needed: readonly string[];
  /** Links that nobody can make: what they would lie in is mounted. */
  readonly impossible: readonly string[];
}

/** Where the bundle has its root, what covers denied places, and files that lie over mounted ones. */
export const ROOT = "root";
const COVERS = "covers";
const FILES = "files";

/** What every container has of Cordon's own, where no grant leads. */
export const FILTER_PATH = "/run/cordon/filter";
export const JAIL_PATH = "/run/cordon/jail";

const CLOSED = ["nosuid", "nodev"];

/**
 * The steps of a plan's root as the mounts of a bundle.
 *
 * @param jail the program that is process 1 of the container
 * @param ownKernel whether the runtime's kernel is not the host's
 * @param bundle the bundle's directory as the runtime will find it: a source that is no absolute path is relative to it
 *   in the specification, and to the caller in some runtimes
 */
export function ociRoot(
  steps: readonly RootStep[],
  jail: string,
  bundle: string,
  filter: string | null,
  ownKernel: boolean,
): OciRoot {
  const layout = new Layout(bundle);
  layout.mount("/proc", "proc", "proc", [...CLOSED, "noexec", "hidepid=2", "subset=pid"], true);
  // On a read-only mount gVisor lets nobody write to a device either.
  const dev = ["nosuid", "noexec", "strictatime", "mode=555", "size=65536", ...(ownKernel ? [] : ["ro"])];
  layout.mount("/dev", "tmpfs", "tmpfs", dev, true, 0o555);
  for (const step of steps) layout.add(step);
  layout.bind(jail, JAIL_PATH, false, ["ro", ...CLOSED]);
  if (filter !== null) layout.file(FILTER_PATH, 0o444, filter);
  return layout.root();
}

/** Gathers mounts, and what of the places for them can lie in the bundle's own root. */
class Layout {
  #bundle: string;
  #mounts: OciMount[] = [];
  #entries = new Map<string, BundleEntry>();
  #needed: string[] = [];
  #impossible: string[] = [];

  constructor(bundle: string) {
    this.#bundle = bundle;
    this.#entries.set(ROOT, { kind: "directory", path: ROOT, mode: 0o755 });
  }

  add(step: RootStep): void {
    switch (step.step) {
      case "mount":
        this.bind(step.source, step.target, step.directory, [
          step.use.write ? "rw" : "ro",
          ...CLOSED,
          ...(step.use.execute ? [] : ["noexec"]),
        ]);
        break;
      case "tmpfs":
        this.mount(
          step.target,
          "tmpfs",
          "tmpfs",
          [
            ...CLOSED,
            "noexec",
            `mode=${step.mode.toString(8)}`,
            `size=${step.bytes}`,
            `nr_inodes=${step.inodes}`,
            ...((step.mode & 0o222) === 0 ? ["ro"] : []),
          ],
          true,
          // runc gives a tmpfs the mode of the place that it is mounted on, whatever its options say.
          step.mode,
        );
        break;
      case "symlink":
        this.#symlink(step.target, step.text);
        break;
      case "file":
        this.file(step.target, step.mode, step.contents);
        break;
      case "directory":
        this.#directory(step.target);
        break;
      case "mask":
        this.#mask(step.target, step.directory);
        break;
      // The runtime's own; and what only a narrowing needs.
      case "proc":
      case "device":
      case "anchor":
        break;
    }
  }

  bind(source: string, target: string, directory: boolean, options: readonly string[]): void {
    this.mount(target, "bind", source, [directory ? "rbind" : "bind", "rprivate", ...options], directory);
  }

  mount(
    destination: string,
    type: string,
    source: string,
    options: readonly string[],
    directory: boolean,
    mode: number = directory ? 0o755 : 0o444,
  ): void {
    this.#place(destination, directory, mode);
    this.#mounts.push({ destination, type, source, options });
  }

  file(target: string, mode: number, contents: string): void {
    if (this.#holder(target) === undefined) {
      this.#own({ kind: "file", path: ROOT + target, mode, contents });
      return;
    }
    const path = `${FILES}/${this.#entries.size}`;
    this.#own({ kind: "file", path, mode, contents });
    this.bind(`${this.#bundle}/${path}`, target, false, ["ro", ...CLOSED, "noexec"]);
  }

  root(): OciRoot {
    return {
      mounts: this.#mounts,
      entries: [...this.#entries.values()],
      needed: this.#needed,
      impossible: this.#impossible,
    };
  }

  /** What nobody can open: of mode 0, and the program has no capability. */
  #mask(target: string, directory: boolean): void {
    const path = `${COVERS}/${directory ? "directory" : "file"}`;
    this.#own(
      directory ? { kind: "directory", path, mode: 0 } : { kind: "file", path, mode: 0, contents: "" },
    );
    this.bind(`${this.#bundle}/${path}`, target, directory, ["ro", ...CLOSED, "noexec"]);
  }

  #symlink(target: string, text: string): void {
    if (this.#holder(target) === undefined) this.#own({ kind: "symlink", path: ROOT + target, text });
    else this.#impossible.push(target);
  }

  /** An empty one, for the working directory: mounted where its place is no directory of the bundle's. */
  #directory(target: string): void {
    const holder = this.#holder(target);
    // What is mounted below it has made it.
    if (this.#mounts.some(({ destination }) => isWithin(destination, target))) return;
    if (holder === undefined) this.#place(target, true, 0o755);
    else if (holder.type === "tmpfs" && holder.destination !== target) {
      const path = `${COVERS}/empty`;
      this.#own({ kind: "directory", path, mode: 0o555 });
      this.bind(`${this.#bundle}/${path}`, target, true, ["ro", ...CLOSED, "noexec"]);
    }
  }

  /** What is mounted at the nearest place at or above the target. */
  #holder(target: string): OciMount | undefined {
    return this.#mounts
      .filter(({ destination }) => isWithin(target, destination))
      .reduce<OciMount | undefined>(
        (best, each) => (best && best.destination.length > each.destination.length ? best : each),
        undefined,
      );
  }

  /** Somewhere to mount on: in the bundle's root, or there already; on an empty file system the runtime makes it. */
  #place(target: string, directory: boolean, mode: number): void {
    const holder = this.#holder(target);
    if (holder === undefined) {
      this.#own(
        directory
          ? { kind: "directory", path: ROOT + target, mode }
          : { kind: "file", path: ROOT + target, mode, contents: "" },
      );
    } else if (holder.type === "bind") {
      this.#needed.push(holder.source + target.slice(holder.destination.length));
    }
  }

  #own(entry: BundleEntry): void {
    const parts = entry.path.split("/");
    for (let length = 1; length < parts.length; length++) {
      const path = parts.slice(0, length).join("/");
      if (!this.#entries.has(path)) this.#entries.set(path, { kind: "directory", path, mode: 0o755 });
    }
    if (!this.#entries.has(entry.path) || entry.kind !== "directory") this.#entries.set(entry.path, entry);
  }
}
