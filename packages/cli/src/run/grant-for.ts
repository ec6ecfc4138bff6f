// SPDX-License-Identifier: Apache-2.0

const ENDPOINT = /^(tcp|udp):\/\/(.+)$/;
const VALUED_FLAGS: Readonly<Record<string, string>> = {
  "fs.read": "--allow-fs-read",
  "fs.write": "--allow-fs-write",
  "net.unix": "--allow-unix",
  run: "--allow-run",
  addon: "--allow-addons",
  env: "--allow-env",
  sys: "--allow-sys",
};
const SWITCHES: readonly string[] = ["worker", "wasi", "ffi", "inspector"];

/** The flag that would allow what the kernel refused; `undefined` where none would. */
export function grantFor(scope: string, resource: string): string | undefined {
  const flag = Object.hasOwn(VALUED_FLAGS, scope) ? VALUED_FLAGS[scope] : undefined;
  // An abstract socket has a name and no path: nothing grants it.
  if (scope === "net.unix" && !resource.startsWith("/")) return undefined;
  if (SWITCHES.includes(scope)) return `--allow-${scope}`;
  // What is refused for good is told as `sys`, in words.
  if (flag !== undefined)
    return scope === "sys" && !/^\w+$/.test(resource) ? undefined : `${flag}=${resource}`;
  const [, protocol, endpoint] = ENDPOINT.exec(resource) ?? [];
  if (endpoint === undefined) return undefined;
  const value = protocol === "udp" ? resource : endpoint;
  if (scope === "net.connect") return `--allow-net=${value}`;
  return scope === "net.listen" ? `--allow-listen=${value}` : undefined;
}
