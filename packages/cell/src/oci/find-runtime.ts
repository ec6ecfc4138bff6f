// SPDX-License-Identifier: Apache-2.0
import { basename } from "node:path";
import { CordonError } from "@cordon/policy";
import { findExecutable } from "@cordon/walls";
import { type OciRuntime, ociRuntimes } from "@cordon/walls/oci";

/** A runtime on this host. */
export interface FoundRuntime {
  readonly runtime: OciRuntime;
  readonly path: string;
}

/**
 * The runtime that `--with` names: by its name on PATH, or by an absolute path that ends in its name.
 *
 * @throws CordonError `ERR_USAGE` for a name that is none, `ERR_RUNTIME_MISSING` where it is not there
 */
export function findRuntime(name: string, searchPath: string): FoundRuntime {
  const runtime = ociRuntimes.find((each) => each === basename(name));
  if (runtime === undefined)
    throw new CordonError(
      "ERR_USAGE",
      { problem: `--with: expected ${ociRuntimes.join(", ")}, or an absolute path to one, got \`${name}\`.` },
      { remedy: "Write --with=runsc." },
    );
  const path = findExecutable(name, searchPath);
  if (path === undefined) throw new CordonError("ERR_RUNTIME_MISSING", { runtime: name });
  return { runtime, path };
}
