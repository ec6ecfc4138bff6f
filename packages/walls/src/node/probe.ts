// SPDX-License-Identifier: Apache-2.0
import { lstatSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CordonError } from "@cordon/policy";
import { readCachedFacts, writeCachedFacts } from "./cache.ts";
import { readInterpreter } from "./elf.ts";

/** What the walls must know about one Node executable. */
export interface NodeFacts {
  /** The executable itself, no symlink and no wrapper script. */
  readonly path: string;
  /** Its version, such as "24.21.0". */
  readonly version: string;
  /**
   * The shared objects that it maps, and the others of its C library, which name look-ups and add-ons load later.
   * Absolute paths, no links.
   */
  readonly libraries: readonly string[];
  /** The program loader that it asks for; absent for a static executable. */
  readonly interpreter?: string;
}

const PROBE = `process.stdout.write(JSON.stringify({
  path: process.execPath, version: process.versions.node, maps: require("fs").readFileSync("/proc/self/maps", "latin1"),
}))`;
const PROBE_TIMEOUT = 10_000;
const MOST_SAID = 200;

/**
 * Finds out about a Node executable. The one that runs us is read off our own process; another is run once, and
 * the answer kept in the user's cache until the file changes.
 *
 * @param path an executable, or a link or script that starts one
 * @returns what the walls need to know
 * @throws CordonError `ERR_NODE_UNUSABLE` if it does not run, or is older than 20
 * @example
 * const node = await probeNode(process.execPath);
 */
export async function probeNode(path: string): Promise<NodeFacts> {
  const file = realFile(path);
  if (file === realpathSync.native(process.execPath)) {
    return complete(file, process.versions.node, readFileSync("/proc/self/maps", "latin1"));
  }
  const cached = readCachedFacts(file);
  if (cached !== undefined) return cached;

  const answer = await run(file);
  const facts = complete(realFile(answer.path), answer.version, answer.maps);
  writeCachedFacts(file, facts);
  return facts;
}

async function run(file: string): Promise<{ path: string; version: string; maps: string }> {
  // Loaded here: it takes 3 ms of every start, and most cells run on the Node that we run on.
  const { execFile } = process.getBuiltinModule("node:child_process");
  const { promisify } = process.getBuiltinModule("node:util");
  // No environment: NODE_OPTIONS or a preloaded library would be probed along.
  const options = { env: {}, timeout: PROBE_TIMEOUT, cwd: "/" };
  try {
    const { stdout } = await promisify(execFile)(file, ["-e", PROBE], options);
    const answer: unknown = JSON.parse(stdout);
    if (isAnswer(answer)) return answer;
  } catch (cause) {
    throw unusable(file, `running it failed${saidBy(cause)}`, cause);
  }
  throw unusable(file, "it is not Node");
}

/** What it said itself before it failed, the loader's word of a library that is missing most often; or how it ended. */
function saidBy(cause: unknown): string {
  const field = (name: string): unknown => Reflect.get(Object(cause), name);
  const stderr = field("stderr");
  const line = typeof stderr === "string" ? (stderr.split("\n", 1)[0] ?? "") : "";
  const said = line.replace(/[^\x20-\x7e]/g, "").slice(0, MOST_SAID);
  if (said !== "") return `: ${said}`;
  if (field("killed") === true) return `: it did not answer within ${PROBE_TIMEOUT / 1000} s`;
  return typeof field("signal") === "string" ? `: it ended by ${String(field("signal"))}` : "";
}

function isAnswer(value: unknown): value is { path: string; version: string; maps: string } {
  if (typeof value !== "object" || value === null) return false;
  const { path, version, maps }: { path?: unknown; version?: unknown; maps?: unknown } = value;
  return typeof path === "string" && typeof version === "string" && typeof maps === "string";
}

function realFile(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (cause) {
    throw unusable(path, "it cannot be read", cause);
  }
}

function complete(path: string, version: string, maps: string): NodeFacts {
  if (!(Number.parseInt(version, 10) >= 20)) throw unusable(path, `it is version ${version}`);
  const interpreter = readInterpreter(path);
  const mapped = mappedLibraries(maps, path);
  const libraries = [...mapped, ...libcCompanions(mapped)];
  return interpreter === undefined ? { path, version, libraries } : { path, version, libraries, interpreter };
}

// The parts of glibc that a program may come to need after it has started.
const COMPANIONS = ["libdl.so.2", "libm.so.6", "libnss_dns.so.2", "libnss_files.so.2", "libpthread.so.0"];
const MORE_COMPANIONS = ["libresolv.so.2", "librt.so.1", "libutil.so.1"];

function libcCompanions(mapped: readonly string[]): string[] {
  const libc = mapped.find((path) => basename(path) === "libc.so.6");
  if (libc === undefined) return [];
  const wanted = [...COMPANIONS, ...MORE_COMPANIONS].map((name) => join(dirname(libc), name));
  return wanted.filter((path) => !mapped.includes(path) && isPlainFile(path));
}

function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * The shared objects in a text of the form of `/proc/PID/maps`, each once. Add-ons (`.node`) are not Node's own needs:
 * the host may have loaded some for itself.
 */
export function mappedLibraries(maps: string, executable: string): string[] {
  const paths = new Set<string>();
  for (const line of maps.split("\n")) {
    // The path is the last of six fields, and the only one with a slash (proc(5)).
    const slash = line.indexOf("/");
    const path = slash < 0 ? undefined : line.slice(slash);
    if (path !== undefined && path !== executable && /\.so(\.[^/]*)?$/.test(path)) paths.add(path);
  }
  // Their order in memory is another at each start.
  return [...paths].sort();
}

function unusable(path: string, reason: string, cause?: unknown): CordonError {
  return new CordonError("ERR_NODE_UNUSABLE", { path, reason }, { path }, { cause });
}
