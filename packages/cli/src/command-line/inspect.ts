// SPDX-License-Identifier: Apache-2.0
import type { Inspect } from "@cordon/walls";
import { usageError } from "./usage-error.ts";

const USUAL_PORT = 9229;
const HOSTS: Readonly<Record<string, Inspect["host"]>> = {
  "127.0.0.1": "127.0.0.1",
  localhost: "127.0.0.1",
  "[::1]": "::1",
  "::1": "::1",
};

/**
 * Reads `[host:]port` as Node does, but for hosts other than loopback: whoever reaches the port owns the program.
 *
 * @param option as it was written, for errors
 * @param text what follows its `=`; empty where nothing does
 */
export function parseInspect(option: "--inspect" | "--inspect-brk", text: string): Inspect {
  const wait = option === "--inspect-brk";
  const { host, port } = split(text);
  const known = Object.hasOwn(HOSTS, host) ? HOSTS[host] : undefined;
  if (known !== undefined && /^\d{1,5}$/.test(port) && Number(port) <= 65_535)
    return { host: known, port: Number(port), wait };
  throw usageError(
    `${option}: expected a port, or a host and a port on loopback such as 127.0.0.1:${USUAL_PORT}, got \`${text}\`.`,
    "A debugger is reached on the host's loopback alone. From another machine, tunnel to it: ssh -L 9229:127.0.0.1:9229 HOST.",
  );
}

function split(text: string): { readonly host: string; readonly port: string } {
  const host = "127.0.0.1";
  const port = String(USUAL_PORT);
  if (text === "") return { host, port };
  if (/^\d+$/.test(text)) return { host, port: text };
  if (Object.hasOwn(HOSTS, text)) return { host: text, port };
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, Math.max(colon, 0)), port: text.slice(colon + 1) };
}
