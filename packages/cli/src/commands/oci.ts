// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { containerFor, writeBundle } from "@cordon/cell/oci";
import { policyToPlain } from "@cordon/policy";
import { containerHolds, type OciBundle, type OciRuntime, ociRuntimes } from "@cordon/walls/oci";
import { parseRunOptions } from "../command-line/run-options.ts";
import { optionsOf } from "../command-line/table.ts";
import { unwritable } from "../command-line/unwritable.ts";
import { usageError } from "../command-line/usage-error.ts";
import { loadPolicy } from "../policy-file/load.ts";
import { warnAboutUnnamedPolicy } from "../policy-file/unnamed.ts";
import { findProgram } from "../program/find.ts";
import { printable, say } from "../terminal.ts";

/** `cordon oci --output=DIR [grants] script.js [args]`: writes a bundle, and says what is held in it and by what. */
export async function oci(args: readonly string[]): Promise<number> {
  const directory = process.cwd();
  const options = parseRunOptions(args, directory, optionsOf("oci"));
  const [name, ...programArgs] = options.program;
  if (name === undefined)
    throw usageError(
      "oci: expected a program, got none.",
      "Write `cordon oci --output=DIR [grants] script.js [args]`.",
    );
  if (options.output === undefined)
    throw usageError("oci: expected --output=DIR, where the bundle goes.", "Write --output=./bundle.");
  const bundle = resolve(directory, options.output);
  const runtime = runtimeOf(options.with);
  const entry = findProgram(name, directory);
  const { policy } = loadPolicy(options, directory, entry);
  const warning = warnAboutUnnamedPolicy(options, directory);
  if (warning !== undefined) say(warning);
  const made = await containerFor(
    {
      entry,
      args: programArgs,
      policy,
      directory,
      ...(options.walls === undefined ? {} : { walls: options.walls }),
      ...(options.node === undefined ? {} : { node: options.node }),
    },
    runtime,
    bundle,
    false,
  );
  write(bundle, made.bundle);
  const holds = containerHolds(made.plan, policy, runtime);
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ bundle, runtime, policy: policyToPlain(policy), holds }, undefined, 2)}\n`,
    );
    return 0;
  }
  const width = Math.max(...holds.map((each) => each.name.length));
  const lines = holds.map(
    ({ name: subject, level, by }) => `  ${subject.padEnd(width)}  ${level.padEnd(7)}  ${printable(by)}`,
  );
  process.stdout.write(`${[`A bundle for ${runtime} is in ${printable(bundle)}`, ...lines].join("\n")}\n`);
  return 0;
}

function runtimeOf(name: string | undefined): OciRuntime {
  const runtime = ociRuntimes.find((each) => each === (name ?? "runc"));
  if (runtime !== undefined) return runtime;
  throw usageError(
    `--with: expected ${ociRuntimes.join(", ")}, got \`${name}\`.`,
    "Write --with=runsc. Kata takes the bundle of runc.",
  );
}

/** A runtime takes all that is there for the bundle's: nothing else may be, and no half of one stays. */
function write(directory: string, bundle: OciBundle): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (cause) {
    throw unwritable("--output", directory, cause);
  }
  if (readdirSync(directory).length > 0)
    throw usageError(
      `--output: expected an empty directory, or none, got ${directory}.`,
      "Name another, or empty it.",
    );
  try {
    writeBundle(directory, bundle);
  } catch (cause) {
    for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
    throw unwritable("--output", directory, cause);
  }
}
