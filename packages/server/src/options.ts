// SPDX-License-Identifier: Apache-2.0
import { CordonError, type Policy } from "@cordon/policy";
import type { CellStarter } from "./apps/starter.ts";

/** What `createServer` takes. Sizes are bytes, times milliseconds. */
export interface ServerOptions {
  /** Where state lives: the database, the bundles, the admin token. Made (0700) if it does not exist. */
  data: string;
  /** `host:port`, or a port on 127.0.0.1. Default `127.0.0.1:7420`. */
  listen?: string | undefined;
  /** The host's own policy: no tenant gets more than it grants. Default: nothing beyond an app's own files. */
  policy?: Policy | undefined;
  /** The environment out of which `env` grants are served. Default: empty, never the host's own. */
  env?: Readonly<Record<string, string>> | undefined;
  /** Start every app with the host (`boot`), or each at its first request (`demand`). Default `boot`. */
  start?: "boot" | "demand" | undefined;
  limits?: Partial<ServerLimits> | undefined;
  /** Throws where this machine cannot enforce a policy; returns notes. Default: a trial cell. */
  checkHost?: ((policy: Policy) => Promise<readonly string[]>) | undefined;
  /** Starts a cell; tests put something else in its place. Default: `Cell.start` of `@cordon/cell`. */
  startCell?: CellStarter | undefined;
  /** Lines for the operator (one event each, already free of control characters). Default: none. */
  report?: ((line: string) => void) | undefined;
}

/** The host's bounds on what comes from clients and from cells. */
export interface ServerLimits {
  /** Connections to the host at once. */
  connections: number;
  /** Requests in one app at once; more are answered with 503. */
  requestsPerApp: number;
  /** Body of one request to an app. */
  requestBytes: number;
  /** Body of one upload as it is sent. */
  uploadBytes: number;
  /** All files of one bundle, unpacked. */
  bundleBytes: number;
  /** Files, directories and links of one bundle. */
  bundleEntries: number;
  /** Headers of a request or an answer, all together. */
  headerBytes: number;
  /** Until the app's answer begins; then 504. */
  responseTimeout: number;
  /** Between two pieces of a body or of an upgraded connection; then the connection ends. */
  idleTimeout: number;
  /** Until a new cell listens; then it counts as crashed. */
  startTimeout: number;
  /** What requests under way get to end when an app is replaced or the host stops. */
  grace: number;
  /** Log kept for each app. */
  logBytes: number;
  /** Output of one app each second; past it the app's writes wait. */
  logBytesPerSecond: number;
  /** Events kept for each app. */
  events: number;
}

/** Where to listen. */
export interface ListenAddress {
  host: string;
  port: number;
}

const usualLimits: ServerLimits = Object.freeze({
  connections: 2048,
  requestsPerApp: 128,
  requestBytes: 32 * 1024 * 1024,
  uploadBytes: 64 * 1024 * 1024,
  bundleBytes: 256 * 1024 * 1024,
  bundleEntries: 20_000,
  headerBytes: 16 * 1024,
  responseTimeout: 30_000,
  idleTimeout: 120_000,
  startTimeout: 15_000,
  grace: 5_000,
  logBytes: 256 * 1024,
  logBytesPerSecond: 1024 * 1024,
  events: 200,
});

/** Fills in the limits that were not given. Throws ERR_OPTION_INVALID for one that is no positive integer. */
export function normaliseLimits(given: Partial<ServerLimits> = {}): ServerLimits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(usualLimits, name)) throw invalid("limits", Object.keys(usualLimits).join(", "), name);
    const lowest = name === "grace" ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < lowest) {
      throw invalid(`limits.${name}`, `an integer from ${lowest}`, String(value));
    }
  }
  return Object.freeze({ ...usualLimits, ...given });
}

/** Reads `host:port`, `[v6]:port`, or a port on 127.0.0.1. Port 0 lets the system choose. */
export function parseListen(text = "127.0.0.1:7420"): ListenAddress {
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? -1);
  if (!match || port > 65_535)
    throw invalid("listen", "HOST:PORT, [IPv6]:PORT or PORT", JSON.stringify(text));
  return { host: match[1] ?? match[2] ?? "127.0.0.1", port };
}

function invalid(option: string, expected: string, got: string): CordonError {
  return new CordonError("ERR_OPTION_INVALID", { option, expected, got });
}
