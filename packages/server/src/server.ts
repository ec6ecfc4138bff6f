// SPDX-License-Identifier: Apache-2.0
import type { ServerOptions } from "./options.ts";

/** A host: it keeps apps, runs each in a cell and passes requests on. */
export interface CordonServer extends AsyncDisposable {
  /** Begins to listen; resolves with the URL. */
  listen(): Promise<string>;
  /** `http://127.0.0.1:7420` once listening. */
  readonly url: string;
  /** The admin token's file. */
  readonly tokenFile: string;
  /** The admin token, if this start made it. */
  readonly newToken: string | undefined;
  /** Stops listening, lets requests under way end within the grace, ends all cells. */
  close(): Promise<void>;
}

/**
 * Makes a host over a data directory. Throws a CordonError where this machine cannot enforce a policy.
 *
 * @example
 * await using server = await createServer({ data: "./data", listen: "127.0.0.1:0" });
 * console.log(await server.listen());
 */
export async function createServer(_options: ServerOptions): Promise<CordonServer> {
  throw new Error("the server is being built");
}
