// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from "node:util";
import { optionsOf } from "../command-line/table.ts";
import { usageError } from "../command-line/usage-error.ts";
import { loadPolicy } from "../policy-file/load.ts";

/** `cordon serve`: hosts other people's code until SIGINT or SIGTERM. */
export async function serve(args: readonly string[]): Promise<number> {
  const { listen, data, policy: policyFile } = parseServeOptions(args);
  const { serve: serveUntilStopped } = await import("@cordon/server");
  return serveUntilStopped({
    data: data ?? "./.cordon/data",
    ...(listen === undefined ? {} : { listen }),
    ...(policyFile === undefined
      ? {}
      : { policy: loadPolicy({ grants: [], policyFile }, process.cwd()).policy }),
  });
}

interface ServeOptions {
  readonly listen?: string | undefined;
  readonly data?: string | undefined;
  readonly policy?: string | undefined;
}

function parseServeOptions(args: readonly string[]): ServeOptions {
  try {
    const options = Object.fromEntries(
      optionsOf("serve").map((name) => [name.slice(2), { type: "string" as const }]),
    );
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    const problem = error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error);
    throw usageError(
      `serve: ${problem}.`,
      "Write `cordon serve [--listen=127.0.0.1:7420] [--data=DIRECTORY] [--policy=FILE]`.",
    );
  }
}
