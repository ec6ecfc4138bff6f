// SPDX-License-Identifier: Apache-2.0
import { access, constants, mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { CordonError } from "@cordon/policy";
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
  try {
    return await openDirectory(await makeDirectory(data));
  } catch (error) {
    throw unusable(data, error);
  }
}

async function openDirectory(directory: string): Promise<State> {
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

async function makeDirectory(data: string): Promise<string> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  await access(data, constants.R_OK | constants.W_OK | constants.X_OK);
  // The real path: a policy is held against the files themselves, not against a link to them.
  return await realpath(data);
}

/** What the system or SQLite says of the directory (no room, no right) is the operator's to mend, and no mistake of ours. */
function unusable(directory: string, error: unknown): unknown {
  if (error instanceof CordonError || !(error instanceof Error && "code" in error)) return error;
  const reason = error.code === "ERR_SQLITE_ERROR" ? error.message : String(error.code);
  return new CordonError(
    "ERR_DATA_DIRECTORY",
    { directory, reason },
    { errno: String(error.code) },
    { cause: error },
  );
}
