// SPDX-License-Identifier: Apache-2.0
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
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
}

/** Opens the state below a directory and removes bundles that no app needs. */
export async function openState(data: string): Promise<State> {
  const directory = resolve(data);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // First, because it holds the lock against a second host.
  const store = openSqliteStore(join(directory, "cordon.sqlite"));
  try {
    const bundles = await DirectoryBundleStore.open(join(directory, "bundles"));
    const inUse = await store.bundlesInUse();
    for (const digest of await bundles.list()) if (!inUse.has(digest)) await bundles.remove(digest);
    const token = await openAdminToken(join(directory, "admin-token"));
    return { store, bundles, token, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}
