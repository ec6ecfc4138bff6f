// SPDX-License-Identifier: Apache-2.0
// A host as `cordon serve` runs one, in a directory and on a port of its own, for attacks on other tenants and on the
// host itself.
import { mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { CordonServer, ServerOptions } from "@cordon/server";
import type { Site } from "./attack.ts";

export interface OwnHost {
  readonly port: number;
  readonly data: string;
  readonly tokenFile: string;
  readonly token: string;
  /** Calls the API as the operator; the answer's body. Throws where it is no success. */
  readonly api: (method: string, path: string, source?: string) => Promise<string>;
  /** Makes a tenant and an app of one file. */
  readonly deploy: (tenant: string, app: string, source: string) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/** Starts a host whose data lies in the site, out of every program's grants. */
export async function openHost(site: Site, options: Partial<ServerOptions> = {}): Promise<OwnHost> {
  // Not at the top: the controls run without it.
  const { createServer } = await import("@cordon/server");
  const data = join(site.directory, "host");
  mkdirSync(data, { recursive: true });
  const server: CordonServer = await createServer({
    listen: "127.0.0.1:0",
    checkHost: async () => [],
    ...options,
    data,
  });
  const url = await server.listen();
  const { port } = new URL(url);
  const token = readFileSync(server.tokenFile, "utf8").trim();
  const api = async (method: string, path: string, source?: string): Promise<string> => {
    const body = source === undefined ? {} : { body: source };
    const type = source === undefined ? {} : { "content-type": "text/javascript" };
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...type },
      ...body,
    });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
    return said;
  };
  return {
    port: Number(port),
    data,
    tokenFile: server.tokenFile,
    token,
    api,
    async deploy(tenant, app, source) {
      await api("PUT", `/v1/tenants/${tenant}`);
      await api("PUT", `/v1/tenants/${tenant}/apps/${app}`, source);
    },
    dispose: () => server.close(),
  };
}

/**
 * Sends bytes as they are to a port of the host's and returns what comes back: until the other side ends, until nothing
 * has come for 300 ms after something did, or until `patience` is over. At most 8 MiB of it.
 */
export async function exchange(port: number, bytes: string, patience = 5000): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  const socket = connect(port, "127.0.0.1");
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on("timeout", resolve);
  const late = setTimeout(resolve, patience);
  socket.on("connect", () => socket.write(bytes, "latin1"));
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    socket.setTimeout(300);
    if (length > 8 << 20) resolve();
  });
  socket.on("error", () => resolve());
  socket.on("close", () => resolve());
  await promise;
  clearTimeout(late);
  socket.destroy();
  return Buffer.concat(chunks);
}
