// SPDX-License-Identifier: Apache-2.0
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { BundleStore } from "./bundles.ts";
import { DirectoryBundleStore } from "./directory/bundles.ts";
import { openSqliteStore } from "./sqlite/open.ts";
import type { Store } from "./store.ts";
import { type AdminToken, openAdminToken } from "./token.ts";

/** All that a host keeps. This file alone knows that it is a directory with a database in it. */
export interface State extends AsyncDisposable {
  store: Store;
  bundles: BundleStore;
  token: AdminToken;
  /** Paths that no policy may grant, since they hold the state itself. */
  privatePaths: readonly string[];
}

/** Opens the state below a directory and removes bundles that no app needs. */
export async function openState(data: string): Promise<State> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  // The real path: a policy is held against the files themselves, not against a link to them.
  const directory = await realpath(data);
  // First, because it holds the lock against a second host.
  const store = openSqliteStore(join(directory, "cordon.sqlite"));
  try {
    const bundles = await DirectoryBundleStore.open(join(directory, "bundles"));
    const inUse = await store.bundlesInUse();
    for (const digest of await bundles.list()) if (!inUse.has(digest)) await bundles.remove(digest);
    const token = await openAdminToken(join(directory, "admin-token"));
    return {
      store,
      bundles,
      token,
      privatePaths: [directory],
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}
