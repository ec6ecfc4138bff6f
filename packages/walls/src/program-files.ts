// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, join } from "node:path";
import { type Link, resolveLinks } from "./links.ts";
import type { NodeFacts } from "./node/index.ts";

export interface ProgramFile {
  readonly source: string;
  readonly target: string;
  /** Start it as a program, map it as code, or read it. */
  readonly use: "execute" | "map" | "read";
  readonly directory: boolean;
}

/** The files that Node itself needs in a cell, wherever the policy's grants are. */
export interface ProgramFiles {
  readonly mounts: readonly ProgramFile[];
  readonly links: readonly Link[];
}

// The directories in which the loader looks without a cache (ld.so(8)); on hosts with a merged /usr they are links.
const LIBRARY_DIRECTORIES = ["/lib", "/lib64", "/usr/lib", "/usr/lib64"];

/** `libstdc++.so.6.0.30` is asked for as `libstdc++.so.6`. */
function soname(library: string): string {
  const name = basename(library);
  return /^.+\.so\.\d+/.exec(name)?.[0] ?? name;
}

/**
 * Node, its loader and its libraries, each by itself, and the runtime's own directory.
 *
 * @param runtime the directory of the preload and what it loads
 * @param isThere whether the cell has the host's file at a path anyway, with the links that lead to it
 */
export function programFiles(
  node: NodeFacts,
  runtime: string,
  isThere: (path: string) => boolean,
): ProgramFiles {
  const executables = [
    node.path,
    ...(node.interpreter === undefined ? [] : [resolveLinks(node.interpreter).real]),
  ];
  const libraries = node.libraries.filter((library) => !executables.includes(library));
  const links = [
    ...LIBRARY_DIRECTORIES,
    ...(node.interpreter === undefined ? [] : [node.interpreter]),
  ].flatMap((path) => resolveLinks(path).links);
  return {
    mounts: [
      ...executables.map((path) => ({
        source: path,
        target: path,
        use: "execute" as const,
        directory: false,
      })),
      ...libraries.map((path) => ({
        source: path,
        target: isThere(path) ? path : join(dirname(path), soname(path)),
        use: "map" as const,
        directory: false,
      })),
      { source: runtime, target: runtime, use: "read" as const, directory: true },
    ],
    links,
  };
}
