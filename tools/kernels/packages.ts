// SPDX-License-Identifier: Apache-2.0
// Debian's packages, unpacked into directories of ours: apt with a state of its own, so that nothing is installed
// here, asked of the archive that this machine's own apt is set up with.
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { run } from "./command.ts";

/** An apt that knows one release, and believes that nothing is installed. */
export interface Archive {
  /** The packages that a package depends on by name, in order. */
  readonly dependenciesOf: (name: string) => readonly string[];
  /** Fetches packages, with or without all that they depend on, and unpacks them into a directory. */
  readonly unpack: (names: readonly string[], into: string, withDependencies: boolean) => void;
}

interface Source {
  readonly uri: string;
  readonly release: string;
}

/** Where this machine's apt gets its own release from. */
function ownSource(): Source {
  const os = readFileSync("/etc/os-release", "utf8");
  const release = /^VERSION_CODENAME="?(\w+)"?$/m.exec(os)?.[1] ?? "";
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
  const lines = run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]).split("\n");
  const line = lines.map((each) => each.split(" ")).find((each) => each[1] === release && each[2] === "main");
  if (line?.[0] !== undefined) return { uri: line[0], release };
  throw new Error(
    `Expected apt to know a source of "${release} main", got ${JSON.stringify(lines)}. Run it on Debian, with its archive in apt's sources, after \`apt-get update\`.`,
  );
}

/**
 * Opens the archive at one release: this machine's own, or another of Debian's from the same place.
 *
 * @param directory for apt's lists and packages; kept from run to run
 */
export function openArchive(directory: string, release?: string): Archive {
  const state = join(directory, "state");
  const debs = join(directory, "archives");
  mkdirSync(join(state, "lists", "partial"), { recursive: true });
  mkdirSync(join(debs, "partial"), { recursive: true });
  writeFileSync(join(state, "status"), "");
  const own = ownSource();
  const foreign = release !== undefined && release !== own.release;
  const list = join(directory, "sources.list");
  if (foreign) writeFileSync(list, `deb ${own.uri} ${release} main\n`);
  const settings = {
    "Dir::State": state,
    "Dir::State::status": join(state, "status"),
    "Dir::Cache": directory,
    "Dir::Cache::archives": debs,
    ...(foreign ? { "Dir::Etc::sourcelist": list, "Dir::Etc::sourceparts": "-" } : {}),
    // Debian's key for a release outlives its Release file's validity.
    "Acquire::Check-Valid-Until": "false",
    "APT::Install-Recommends": "false",
    "APT::Sandbox::User": "root",
  };
  const config = join(directory, "apt.conf");
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
  writeFileSync(config, lines.join(""));
  const apt = (program: string, words: readonly string[]): string =>
    run(program, words, { APT_CONFIG: config });
  apt("apt-get", ["-q", "update"]);
  return {
    dependenciesOf: (name) => {
      const shown = apt("apt-cache", ["show", "--no-all-versions", name]);
      const depends = /^Depends: (.+)$/m.exec(shown)?.[1] ?? "";
      return depends.split(",").map((each) => each.trim().split(" ")[0] ?? "");
    },
    unpack: (names, into, withDependencies) => {
      rmSync(debs, { recursive: true, force: true });
      mkdirSync(join(debs, "partial"), { recursive: true });
      if (withDependencies) apt("apt-get", ["-q", "install", "-y", "--download-only", ...names]);
      else execFileSync("apt-get", ["-q", "download", ...names], downloadInto(debs, config));
      unpackAll(debs, into);
      rmSync(debs, { recursive: true, force: true });
    },
  };
}

/** The packages that a meta package of kernels stands for: the kernel, and its modules where they are by themselves. */
export function kernelPackages(archive: Pick<Archive, "dependenciesOf">, meta: string): readonly string[] {
  const found = new Set<string>();
  const queue = [meta];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (found.has(name) || !name.startsWith("linux-")) continue;
    found.add(name);
    queue.push(...archive.dependenciesOf(name));
  }
  return [...found];
}

function downloadInto(cwd: string, config: string): { cwd: string; stdio: "ignore"; env: NodeJS.ProcessEnv } {
  return { cwd, stdio: "ignore", env: { ...process.env, APT_CONFIG: config } };
}

/** As debootstrap does: /bin and its kin are links into /usr before anything is unpacked. */
function unpackAll(debs: string, into: string): void {
  const temporary = `${into}.partial`;
  rmSync(temporary, { recursive: true, force: true });
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    mkdirSync(join(temporary, "usr", name), { recursive: true });
    symlinkSync(`usr/${name}`, join(temporary, name));
  }
  const packages = readdirSync(debs).filter((name) => name.endsWith(".deb"));
  for (const name of packages)
    run("sh", [
      "-c",
      'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"',
      "sh",
      join(debs, name),
      temporary,
    ]);
  rmSync(into, { recursive: true, force: true });
  run("mv", [temporary, into]);
  if (!existsSync(join(into, "usr"))) throw new Error(`Expected packages in ${debs}, got none.`);
}
