// SPDX-License-Identifier: Apache-2.0
// Every published bypass of Node's permission model, and of the policy manifest before it, since 2023. What each one
// is, is taken from the release notes and from `vuln/core` of Node's security working group.

/** One published bypass: replayed by a program of class 34, or none can be. */
export interface Published {
  readonly cve: string;
  readonly what: string;
  /** The first release without it, of the line of the Node that it is replayed on, or of the next if that had ended. */
  readonly fixed: string;
  /** Why there is no program, for what cannot be replayed here. */
  readonly none?: string;
}

const june2023 = "20.3.1";
const august2023 = "20.5.1";
const october2023 = "20.8.1";
const february2024 = "20.11.1";
const july2024 = "20.15.1";

export const published: readonly Published[] = [
  { cve: "CVE-2023-30581", what: "policy: `process.mainModule.__proto__.require`", fixed: june2023 },
  { cve: "CVE-2023-30582", what: "`fs.watchFile` was not checked", fixed: june2023 },
  { cve: "CVE-2023-30583", what: "`fs.openAsBlob` was not checked", fixed: june2023 },
  { cve: "CVE-2023-30584", what: "`..` after a granted directory", fixed: june2023 },
  {
    cve: "CVE-2023-30585",
    what: "the Windows installer, when it repairs, reads a registry key of the current user's as SYSTEM",
    fixed: june2023,
    none: "it is about the MSI installer on Windows, not about a running Node; Cordon runs on Linux and installs no Node",
  },
  { cve: "CVE-2023-30586", what: "`crypto.setEngine` loads native code", fixed: june2023 },
  { cve: "CVE-2023-30587", what: "an inspector session makes a worker internal", fixed: june2023 },
  { cve: "CVE-2023-32002", what: "policy: `Module._load`", fixed: august2023 },
  { cve: "CVE-2023-32003", what: "`fs.mkdtemp` follows `..`", fixed: august2023 },
  { cve: "CVE-2023-32004", what: "`..` in a Buffer path", fixed: august2023 },
  { cve: "CVE-2023-32005", what: "`fs.statfs` was not checked", fixed: august2023 },
  { cve: "CVE-2023-32006", what: "policy: `module.constructor.createRequire`", fixed: august2023 },
  { cve: "CVE-2023-32558", what: "`process.binding` with `..`", fixed: august2023 },
  { cve: "CVE-2023-32559", what: "policy: `process.binding('spawn_sync')`", fixed: august2023 },
  {
    cve: "CVE-2023-38552",
    what: "policy: the program forges the digest that is compared",
    fixed: october2023,
  },
  { cve: "CVE-2023-39331", what: "a patched `path.resolve`", fixed: october2023 },
  { cve: "CVE-2023-39332", what: "`..` in a Uint8Array path", fixed: october2023 },
  { cve: "CVE-2024-21890", what: "a wildcard in the middle of a grant", fixed: february2024 },
  { cve: "CVE-2024-21891", what: "patched path normalisation", fixed: february2024 },
  { cve: "CVE-2024-21896", what: "patched Buffer internals", fixed: february2024 },
  { cve: "CVE-2024-22018", what: "`fs.lstat` was not checked", fixed: july2024 },
  { cve: "CVE-2024-36137", what: "`fs.fchmod` and `fs.fchown` on a read-only descriptor", fixed: july2024 },
  {
    cve: "CVE-2024-37372",
    what: "UNC paths: four characters after `\\\\` are taken for a prefix and left out",
    fixed: july2024,
    none: "UNC paths exist on Windows alone; on Linux a backslash is a character like others, in Node and in Cordon",
  },
  {
    cve: "CVE-2025-23083",
    what: "`diagnostics_channel` leaks the constructor of internal workers",
    fixed: "22.13.1",
  },
  { cve: "CVE-2025-55130", what: "crafted relative links lead out of a granted directory", fixed: "22.22.0" },
  { cve: "CVE-2025-55132", what: "`fs.futimes` on a read-only descriptor", fixed: "22.22.0" },
  { cve: "CVE-2026-21636", what: "connecting to a unix socket was not checked", fixed: "25.3.0" },
  { cve: "CVE-2026-21711", what: "serving a unix socket was not checked", fixed: "25.8.2" },
  { cve: "CVE-2026-21715", what: "`fs.realpathSync.native` was not checked", fixed: "22.22.2" },
  { cve: "CVE-2026-21716", what: "`FileHandle.chmod` and `.chown` were not checked", fixed: "22.22.2" },
  { cve: "CVE-2026-48617", what: "`process.report.writeReport` after `process.chdir`", fixed: "26.3.1" },
  { cve: "CVE-2026-48935", what: "`FileHandle.utimes` was not checked", fixed: "26.3.1" },
  {
    cve: "CVE-2026-48936",
    what: "a unix socket by its descriptor: opening and chmod were not checked",
    fixed: "26.3.1",
  },
  { cve: "CVE-2026-56847", what: "trace events are written without a grant", fixed: "26.5.1" },
  { cve: "CVE-2026-58039", what: "a report's final path was not checked", fixed: "26.5.1" },
  { cve: "CVE-2026-58043", what: "the common beginning of granted paths is granted", fixed: "26.5.1" },
];

/** The CVE that a program of class 34 replays, by its file's name. */
export function cveOf(attack: string): string | undefined {
  return /^cve-\d{4}-\d+/.exec(attack)?.[0].toUpperCase();
}
