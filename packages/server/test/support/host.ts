// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { type CordonServer, createServer, type ServerOptions } from "../../src/index.ts";

/** A host under test. */
export interface TestHost {
  url: string;
  token: string;
  data: string;
  server: CordonServer;
  /** Calls the API with the admin token. */
  api(
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    type?: string,
  ): Promise<Response>;
  /** Makes a tenant (once) and an app of one file. */
  deploy(tenant: string, app: string, source?: string): Promise<void>;
}

/** A directory that goes away with the test. */
export async function temporaryDirectory(test: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "cordon-server-"));
  test.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts a host on a free port; it ends with the test. */
export async function startHost(test: TestContext, options: Partial<ServerOptions>): Promise<TestHost> {
  const data = options.data ?? join(await temporaryDirectory(test), "data");
  const server = await createServer({ listen: "127.0.0.1:0", ...options, data });
  test.after(() => server.close());
  const url = await server.listen();
  const token = (await readFile(server.tokenFile, "utf8")).trim();
  const api: TestHost["api"] = (method, path, body, type) =>
    fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(type === undefined ? {} : { "content-type": type }) },
      ...(body === undefined ? {} : { body }),
    });
  return {
    url,
    token,
    data,
    server,
    api,
    async deploy(tenant, app, source = "export default { fetch: () => new Response('hello') }") {
      assert.ok((await api("PUT", `/v1/tenants/${tenant}`)).ok);
      const answer = await api("PUT", `/v1/tenants/${tenant}/apps/${app}`, source, "text/javascript");
      assert.ok(answer.ok, await answer.clone().text());
    },
  };
}

/** The code of a problem, after a look at its form. */
export async function problemCode(answer: Response): Promise<string> {
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  const problem = (await answer.json()) as { code: string; status: number; type: string };
  assert.equal(problem.status, answer.status);
  assert.equal(problem.type, `urn:cordon:error:${problem.code}`);
  return problem.code;
}

/** Sends bytes as they are over a connection of their own and returns all that comes back. */
export async function sendRaw(url: string, bytes: string, patience = 5000): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(patience, () => socket.destroy(new Error("the host did not end the connection")));
  socket.write(bytes);
  return await text(socket);
}

/** Waits until something is so; a deadline of ten seconds. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + 10_000;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Expected within 10 s: ${what}`);
}

/** Options that put fakes in the place of what needs a kernel. */
export const withoutWalls = { checkHost: async (): Promise<readonly string[]> => [] };
