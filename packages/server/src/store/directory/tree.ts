// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, realpath, symlink } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { CordonError } from "@cordon/policy";
import type { BundleEntry, BundlePath } from "../bundles.ts";
import type { TreeLine } from "./digest.ts";

/** What was written below a directory. */
export interface WrittenTree {
  lines: readonly TreeLine[];
  files: number;
  bytes: number;
}

// How many files may wait for the disk at once. One after the other, a thousand small files cost seconds.
const pendingSyncs = 16;

/**
 * Writes entries below an empty directory that nobody else knows, and syncs all of it.
 *
 * Links are made last: while files are written there is no link in the tree, so no path can lead through one.
 */
export async function writeTree(root: string, entries: AsyncIterable<BundleEntry>): Promise<WrittenTree> {
  const tree = new TreeWriter(root);
  try {
    for await (const entry of entries) await tree.add(entry);
  } finally {
    await tree.settle();
  }
  return tree.finish();
}

class TreeWriter {
  readonly #root: string;
  readonly #lines: TreeLine[] = [];
  readonly #directories = new Set<string>();
  readonly #links: { path: BundlePath; target: string }[] = [];
  readonly #syncing = new Set<Promise<unknown>>();
  #failure: { error: unknown } | undefined;
  #files = 0;
  #bytes = 0;

  constructor(root: string) {
    this.#root = root;
  }

  async add(entry: BundleEntry): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    switch (entry.kind) {
      case "directory":
        return await this.#makeDirectory(entry.path);
      case "link":
        this.#links.push(entry);
        return;
      case "file":
        await this.#makeDirectory(dirname(entry.path));
        return await this.#writeFile(entry.path, entry.executable, entry.content);
    }
  }

  /** Waits until no file is open any more. */
  async settle(): Promise<void> {
    await Promise.all(this.#syncing);
  }

  async finish(): Promise<WrittenTree> {
    if (this.#failure) throw this.#failure.error;
    for (const { path, target } of this.#links) {
      await this.#makeDirectory(dirname(path));
      await refuseClash(path, symlink(target, join(this.#root, path)));
      this.#lines.push({ path, kind: "link", content: target });
    }
    // After the last link, not one by one: a link may lead through another that came later.
    for (const { path, target } of this.#links) await this.#checkLink(path, target);
    for (const directory of [...this.#directories, "."]) await syncDirectory(join(this.#root, directory));
    return { lines: this.#lines, files: this.#files, bytes: this.#bytes };
  }

  async #makeDirectory(path: string): Promise<void> {
    if (path === "." || this.#directories.has(path)) return;
    await this.#makeDirectory(dirname(path));
    await refuseClash(path, mkdir(join(this.#root, path), { mode: 0o755 }));
    this.#directories.add(path);
    this.#lines.push({ path, kind: "directory", content: "" });
  }

  async #writeFile(path: BundlePath, executable: boolean, content: AsyncIterable<Uint8Array>): Promise<void> {
    // "wx": a second entry of the same path is refused by the kernel, and nothing is ever written through.
    const file = await refuseClash(path, open(join(this.#root, path), "wx", 0o600));
    const hash = createHash("sha256");
    try {
      for await (const chunk of content) {
        hash.update(chunk);
        this.#bytes += chunk.byteLength;
        await file.writeFile(chunk);
      }
      // Any user may read: as root each cell runs under a uid of its own. The data directory around it is 0700.
      await file.chmod(executable ? 0o555 : 0o444);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#files += 1;
    this.#lines.push({ path, kind: executable ? "executable" : "file", content: hash.digest("hex") });
    await this.#syncLater(file);
  }

  async #syncLater(file: FileHandle): Promise<void> {
    const sync: Promise<unknown> = this.#sync(file).then(() => this.#syncing.delete(sync));
    this.#syncing.add(sync);
    if (this.#syncing.size >= pendingSyncs) await Promise.race(this.#syncing);
  }

  /** Never rejects: what fails here ends the upload at its next step. */
  async #sync(file: FileHandle): Promise<void> {
    try {
      await file.sync();
      await file.close();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  async #checkLink(path: BundlePath, target: string): Promise<void> {
    const reason = `the link leads to ${JSON.stringify(target)}, which is not in the bundle`;
    let end: string;
    try {
      end = await realpath(join(this.#root, path));
    } catch (error) {
      throw new CordonError(
        "ERR_BUNDLE_INVALID",
        { entry: JSON.stringify(path), reason },
        {},
        { cause: error },
      );
    }
    if (!end.startsWith(this.#root + sep)) {
      throw new CordonError("ERR_BUNDLE_INVALID", { entry: JSON.stringify(path), reason });
    }
  }
}

async function refuseClash<T>(path: string, made: Promise<T>): Promise<T> {
  try {
    return await made;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST" || code === "ENOTDIR") {
      throw new CordonError("ERR_BUNDLE_INVALID", {
        entry: JSON.stringify(path),
        reason: "two entries have this path, or one lies below a file or a link",
      });
    }
    throw error;
  }
}

/** Makes the names in a directory last. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Names in a directory; none if it does not exist. */
export async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
