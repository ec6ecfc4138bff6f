// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { createServer } from "./server.ts";
import type { ServerOptions } from "./options.ts";

/** What `cordon serve` passes on. */
export interface ServeOptions extends Omit<ServerOptions, "startCell" | "report"> {
  /** Where lines for the operator go. Default: stderr. */
  write?: ((line: string) => void) | undefined;
}

/**
 * Runs the host until SIGINT or SIGTERM, then lets requests under way end.
 * Returns the exit code; throws a CordonError where this machine cannot enforce a policy.
 *
 * @example process.exitCode = await serve({ listen: "127.0.0.1:7420", data: "./data" });
 */
export async function serve(options: ServeOptions): Promise<number> {
  const write = options.write ?? ((line: string) => void process.stderr.write(`${line}\n`));
  await using server = await createServer({ ...options, report: write });
  const url = await server.listen();
  if (server.newToken !== undefined)
    write(`admin token (shown once, kept in ${server.tokenFile}): ${server.newToken}`);
  write(`listening on ${url}`);
  const stop = new AbortController();
  try {
    await Promise.race([
      once(process, "SIGINT", { signal: stop.signal }),
      once(process, "SIGTERM", { signal: stop.signal }),
    ]);
  } finally {
    stop.abort();
  }
  write("stopping: requests under way may end");
  return 0;
}
