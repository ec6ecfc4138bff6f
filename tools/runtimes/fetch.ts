// SPDX-License-Identifier: Apache-2.0
// The OCI runtimes of this machine's distribution, unpacked into the checkout's own .cordon: for tests, attacks and
// measurements. Nothing is installed. Needs apt and dpkg, and whatever archive apt is set up with; no right of root's.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const PACKAGES = ["runc", "crun", "runsc", "libseccomp2", "libyajl2"];
const PROGRAMS = ["runc", "crun", "runsc"] as const;
const root = dirname(dirname(import.meta.dirname));
const place = join(root, ".cordon", "runtimes");

/**
 * The directory with `runc`, `crun` and `runsc`, for PATH. Fetches them where they are not there yet.
 *
 * @throws Error that says what apt said: a test that cannot have its runtime fails
 */
export function runtimesDirectory(): string {
  const bin = join(place, "bin");
  if (existsSync(bin)) return bin;
  mkdirSync(dirname(place), { recursive: true });
  // Beside its place, and moved there when it is whole: another process may be fetching too.
  const fresh = mkdtempSync(join(dirname(place), "fetching-"));
  try {
    chmodSync(fresh, 0o755);
    fetchInto(fresh);
    try {
      renameSync(fresh, place);
    } catch (error) {
      if (!existsSync(bin)) throw error;
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return bin;
}

/** The environment of this process with the runtimes first on PATH. */
export function withRuntimes(): Record<string, string | undefined> {
  return { ...process.env, PATH: `${runtimesDirectory()}:${process.env["PATH"] ?? "/usr/bin:/bin"}` };
}

function fetchInto(directory: string): void {
  const debs = join(directory, "debs");
  const files = join(directory, "files");
  mkdirSync(debs);
  const first = download(debs, []);
  // The machine's lists may be old, or none: then with lists of our own, which any user may make.
  const second = first === undefined ? undefined : download(debs, ownLists(directory));
  if (second !== undefined)
    throw new Error(
      `Expected apt to fetch ${PACKAGES.join(", ")}. Run this where apt has a source with them (Debian 12, Ubuntu 24.04).\n${first}\n${second}`,
    );
  for (const deb of readdirSync(debs)) run("dpkg-deb", ["-x", join(debs, deb), files]);
  for (const name of ["debs", "lists", "cache"])
    rmSync(join(directory, name), { recursive: true, force: true });
  layOut(directory);
}

/** @returns what apt said if it could not */
function download(debs: string, options: readonly string[]): string | undefined {
  const { status, stderr } = spawnSync("apt-get", ["-q", ...options, "download", ...PACKAGES], {
    cwd: debs,
    encoding: "utf8",
  });
  return status === 0 ? undefined : (stderr ?? "apt-get cannot be executed");
}

function ownLists(directory: string): readonly string[] {
  const lists = join(directory, "lists");
  const cache = join(directory, "cache");
  mkdirSync(join(lists, "partial"), { recursive: true });
  mkdirSync(join(cache, "archives", "partial"), { recursive: true });
  const options = [`-oDir::State::lists=${lists}`, `-oDir::Cache=${cache}`, "-oAPT::Sandbox::User="];
  spawnSync("apt-get", ["-q", ...options, "update"], { stdio: "ignore" });
  return options;
}

/** runc and crun find the libraries that were fetched with them; runsc needs none. */
function layOut(directory: string): void {
  const bin = join(directory, "bin");
  mkdirSync(bin);
  const libraries = readdirSync(join(directory, "files", "usr", "lib"))
    .filter((name) => name.endsWith("-linux-gnu"))
    .map((name) => `${place}/files/usr/lib/${name}`);
  for (const name of PROGRAMS) {
    const found = ["sbin", "bin"].map((part) => join("files", "usr", part, name));
    const program = found.find((path) => existsSync(join(directory, path)));
    if (program === undefined) throw new Error(`Expected the package ${name} to have ${found.join(" or ")}`);
    if (name === "runsc") {
      symlinkSync(join("..", program), join(bin, name));
      continue;
    }
    const script = `#!/bin/sh\nLD_LIBRARY_PATH=${libraries.join(":")} exec ${join(place, program)} "$@"\n`;
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}
