// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { open, readFile, stat } from "node:fs/promises";
import { CordonError } from "@cordon/policy";

/** The one token that may use the API. */
export interface AdminToken {
  /** Where it is kept. */
  file: string;
  /** The token, when this start made it. */
  made: string | undefined;
  /** Whether it was presented; takes the same time for all answers. */
  matches(presented: string): boolean;
}

const pattern = /^[A-Za-z0-9_-]{43}$/;

/**
 * Reads the admin token, or makes it: 32 random bytes in a file that its owner alone may read.
 * Throws ERR_TOKEN_FILE for a file that others may read, or that holds something else.
 */
export async function openAdminToken(file: string): Promise<AdminToken> {
  const made = await makeToken(file);
  const token = made ?? (await readToken(file));
  const expected = digest(token);
  // Compared as digests: equal lengths always, and a token of a megabyte costs a hash and nothing else.
  return { file, made, matches: (presented) => timingSafeEqual(digest(presented), expected) };
}

async function makeToken(file: string): Promise<string | undefined> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(file, "wx", 0o600);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return undefined;
    throw error;
  }
  try {
    const token = randomBytes(32).toString("base64url");
    await handle.writeFile(`${token}\n`);
    await handle.sync();
    return token;
  } finally {
    await handle.close();
  }
}

async function readToken(file: string): Promise<string> {
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) {
    const got = (mode & 0o777).toString(8);
    throw new CordonError("ERR_TOKEN_FILE", { file, reason: `its mode is ${got}, expected 600` });
  }
  const token = (await readFile(file, "utf8")).trim();
  if (!pattern.test(token)) {
    throw new CordonError("ERR_TOKEN_FILE", { file, reason: "expected 43 characters of base64url" });
  }
  return token;
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
