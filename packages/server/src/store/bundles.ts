// SPDX-License-Identifier: Apache-2.0

declare const digest: unique symbol;
declare const path: unique symbol;

/** SHA-256 (hex) over the paths, modes and contents of a bundle: equal trees have equal digests. */
export type BundleDigest = string & { readonly [digest]: true };

/** A relative path that has been checked: no `..`, no empty part, no control characters, within the limits. */
export type BundlePath = string & { readonly [path]: true };

/** One thing in a bundle. Nothing else may be in one: no devices, no sockets, no hard links. */
export type BundleEntry =
  | { kind: "file"; path: BundlePath; executable: boolean; content: AsyncIterable<Uint8Array> }
  | { kind: "directory"; path: BundlePath }
  /** A symbolic link; `target` is relative and must end within the bundle. */
  | { kind: "link"; path: BundlePath; target: string };

/** A bundle that is kept, and the local directory in which its files can be read and mounted. */
export interface Bundle {
  digest: BundleDigest;
  directory: string;
}

/** A bundle that is complete but not kept yet; disposing of it before `commit` throws it away. */
export interface StagedBundle extends AsyncDisposable {
  digest: BundleDigest;
  /** Where its files can be read meanwhile. */
  directory: string;
  files: number;
  bytes: number;
  /** Keeps it. To do so twice with equal bundles is no error. */
  commit(): Promise<Bundle>;
}

/** Immutable trees of files by content. */
export interface BundleStore {
  /** Writes entries as they come; throws ERR_BUNDLE_INVALID for a link that leads out, or two of one path. */
  stage(entries: AsyncIterable<BundleEntry>): Promise<StagedBundle>;
  /** Makes a bundle available on this machine; throws ERR_BUNDLE_MISSING. */
  open(digest: BundleDigest): Promise<Bundle>;
  remove(digest: BundleDigest): Promise<void>;
  list(): Promise<readonly BundleDigest[]>;
}
