// SPDX-License-Identifier: Apache-2.0
import type { Policy } from "@cordon/policy";
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
