// SPDX-License-Identifier: Apache-2.0
import { reportError } from "./report-error.ts";

/** A command takes what follows its name and ends with an exit code. */
type Command = (args: readonly string[]) => number | Promise<number>;

// Each is loaded when it is asked for: `cordon run` must not pay for the server.
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./commands/run.ts")).run,
  attend: async () => (await import("./commands/attend.ts")).attend,
  explain: async () => (await import("./commands/explain.ts")).explain,
  learn: async () => (await import("./commands/learn.ts")).learn,
  oci: async () => (await import("./commands/oci.ts")).oci,
  integrity: async () => (await import("./commands/integrity.ts")).integrity,
  doctor: async () => (await import("./commands/doctor.ts")).doctor,
  serve: async () => (await import("./commands/serve.ts")).serve,
  completions: async () => (await import("./commands/completions.ts")).completions,
  help: async () => (await import("./commands/help.ts")).help,
  version: async () => (await import("./commands/version.ts")).version,
};

/** Not to be named to anybody: Cordon's own. */
const INTERNAL = "attend";

/** Every command, as it is written. */
export const commandNames: readonly string[] = Object.freeze(
  Object.keys(commands).filter((name) => name !== INTERNAL),
);

/**
 * The command `cordon`, without the process around it: takes its arguments, gives its exit code.
 *
 * @example process.exitCode = await main(["run", "--allow-fs-read=./src", "lint.js"]);
 */
export async function main(argv: readonly string[]): Promise<number> {
  const [word = "help", ...args] = argv;
  const name =
    word === "--help" || word === "-h" ? "help" : word === "--version" || word === "-v" ? "version" : word;
  try {
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (load === undefined) return await unknownCommand(name);
    const command = await load();
    return await command(args);
  } catch (error) {
    return reportError(error);
  }
}

async function unknownCommand(name: string): Promise<never> {
  const { usageError } = await import("./command-line/usage-error.ts");
  const { nearest } = await import("./command-line/nearest.ts");
  const meant = nearest(name, commandNames);
  throw usageError(
    `expected a command among ${commandNames.join(", ")}, got ${name}.`,
    meant === undefined ? `To run a program: cordon run ${name}` : `Did you mean \`cordon ${meant}\`?`,
  );
}
