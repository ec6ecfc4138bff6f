// SPDX-License-Identifier: Apache-2.0
import { chmod, mkdir, mkdtemp, realpath, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CordonError } from "@cordon/policy";
import type { Bundle, BundleDigest, BundleEntry, BundleStore, StagedBundle } from "../bundles.ts";
import { digestTree, isDigest } from "./digest.ts";
import { namesIn, syncDirectory, writeTree } from "./tree.ts";

const staging = ".staging-";

/** Bundles as directories, named by their digest, of one directory. */
export class DirectoryBundleStore implements BundleStore {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /** Opens the directory, makes it where needed, and clears away uploads that an earlier host did not end. */
  static async open(directory: string): Promise<DirectoryBundleStore> {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    const root = await realpath(directory);
    for (const name of await namesIn(root)) {
      if (name.startsWith(staging)) await removeTree(join(root, name));
    }
    return new DirectoryBundleStore(root);
  }

  async stage(entries: AsyncIterable<BundleEntry>): Promise<StagedBundle> {
    const directory = await mkdtemp(join(this.#root, staging));
    try {
      const { lines, files, bytes } = await writeTree(directory, entries);
      const digest = digestTree(lines);
      return {
        digest,
        directory,
        files,
        bytes,
        commit: () => this.#commit(directory, digest),
        [Symbol.asyncDispose]: () => removeTree(directory),
      };
    } catch (error) {
      await removeTree(directory);
      throw error;
    }
  }

  async open(digest: BundleDigest): Promise<Bundle> {
    const directory = this.#path(digest);
    const found = await stat(directory).catch(() => undefined);
    if (!found?.isDirectory()) throw new CordonError("ERR_BUNDLE_MISSING", { digest });
    return { digest, directory };
  }

  async remove(digest: BundleDigest): Promise<void> {
    // Renamed first: a removal that is cut short leaves something to clear away, never half a bundle.
    const away = await mkdtemp(join(this.#root, staging));
    try {
      await rename(this.#path(digest), join(away, digest));
    } catch (error) {
      if (!isErrno(error, "ENOENT")) throw error;
    } finally {
      await removeTree(away);
    }
  }

  async list(): Promise<readonly BundleDigest[]> {
    return (await namesIn(this.#root)).filter(isDigest);
  }

  async #commit(directory: string, digest: BundleDigest): Promise<Bundle> {
    const target = this.#path(digest);
    // mkdtemp makes it 0700; see the note on modes in tree.ts.
    await chmod(directory, 0o755);
    try {
      await rename(directory, target);
      await syncDirectory(this.#root);
    } catch (error) {
      // The same content is here already; the staged copy goes away with its owner.
      if (!isErrno(error, "ENOTEMPTY") && !isErrno(error, "EEXIST")) throw error;
    }
    return { digest, directory: target };
  }

  #path(digest: BundleDigest): string {
    return join(this.#root, digest);
  }
}

async function removeTree(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
