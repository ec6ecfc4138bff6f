// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { mergePolicies } from "../src/merge.ts";
import { parseGrantFlags } from "../src/flags.ts";
import type { AccessRequest, Policy, PolicyDocument, Scope } from "../src/types.ts";

/** The document that a command line means, in a program's directory /app. */
export function flags(...args: string[]): PolicyDocument {
  const { document, rest } = parseGrantFlags(args, { directory: "/app" });
  if (rest.length > 0) throw new Error(`Expected flags only, got ${rest[0]}`);
  return document;
}

/** The policy that a command line means. */
export function policyOf(...args: string[]): Policy {
  return mergePolicies(flags(...args));
}

// Small alphabets, so that rules and requests meet often.
const component = fc.constantFrom("a", "b", "ab", "abc", ".x");
const components = fc.array(component, { maxLength: 4 });
export const anyPath: fc.Arbitrary<string> = components.map((parts) => `/${parts.join("/")}`);
const pathValue = fc.oneof(
  anyPath,
  fc
    .tuple(components, fc.constantFrom("", "a", "ab"))
    .map(([parts, last]) => `/${[...parts, last].join("/")}*`),
);
const host = fc.constantFrom(
  "*",
  "public",
  "localhost",
  "a.test",
  "b.a.test",
  "*.a.test",
  "*.test",
  "0.0.0.0/0",
  "8.0.0.0/5",
  "10.0.0.0/8",
  "10.1.0.0/16",
  "10.1.2.3",
  "8.8.8.8",
  "127.0.0.0/8",
  "127.0.0.1",
  "::/0",
  "[2000::/3]",
  "[2001:4860::8888]",
  "[64:ff9b::/96]",
  "::1",
);
const ports = fc.constantFrom("", ":80", ":443", ":1-1023", ":400-500", ":0-65535");
const endpointValue = fc
  .tuple(fc.constantFrom("", "tcp://", "udp://"), host, ports)
  .map(
    ([scheme, name, range]) => scheme + (name.startsWith("::") && range !== "" ? `[${name}]` : name) + range,
  );
const listenValue = fc.constantFrom(
  "80",
  "3000-3010",
  "127.0.0.1:80",
  "*",
  "localhost:80",
  "[::1]:1-100",
  "udp://53",
);
const nameValue = fc.constantFrom("*", "A", "AB", "A*", "AB*", "HOME", "NODE_PATH", "NODE_*", "N*");
const runValue = fc.oneof(fc.constantFrom("*", "a", "ab", "abc"), pathValue);
const sysValue = fc.constantFrom("*", "cpus", "hostname");

const values = {
  "fs-read": pathValue,
  "fs-write": pathValue,
  net: endpointValue,
  listen: listenValue,
  unix: pathValue,
  env: nameValue,
  run: runValue,
  addons: pathValue,
  sys: sysValue,
};

/** A flag of one effect, for any scope. */
export function anyFlag(effect: "allow" | "deny"): fc.Arbitrary<string> {
  const withValue = Object.entries(values).map(([name, value]) =>
    value.map((text) => `--${effect}-${name}=${text}`),
  );
  const switches = fc.constantFrom("worker", "wasi", "ffi", "inspector");
  return fc.oneof(
    ...withValue,
    switches.map((name) => `--${effect}-${name}`),
  );
}

const scopesOfFlags = {
  "fs-read": "fs.read",
  "fs-write": "fs.write",
  net: "net.connect",
  listen: "net.listen",
  unix: "net.unix",
  env: "env",
  run: "run",
  addons: "addon",
  sys: "sys",
} as const satisfies Record<keyof typeof values, Scope>;

/** A scope and what of it is given up; without a reference, all of it. */
export const anyDropped: fc.Arbitrary<{ readonly scope: Scope; readonly reference: string | undefined }> =
  fc.oneof(
    ...Object.entries(scopesOfFlags).map(([flag, scope]) =>
      fc
        .option(values[flag as keyof typeof values], { nil: undefined })
        .map((reference) => ({ scope, reference })),
    ),
    fc
      .constantFrom("worker" as const, "wasi" as const, "ffi" as const, "inspector" as const)
      .map((scope) => ({ scope, reference: undefined })),
  );

export const anyLimitFlag: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: 1, max: 2 ** 40 }).map((bytes) => `--limit-memory=${bytes}B`),
  fc.integer({ min: 1, max: 10_000_000 }).map((time) => `--limit-wall-time=${time}ms`),
  fc.integer({ min: 1, max: 1_000_000 }).map((count) => `--limit-processes=${count}`),
  fc.integer({ min: 1, max: 102_400 }).map((share) => `--limit-cpu=${share / 100}`),
  fc.integer({ min: 1, max: 10_000 }).map((weight) => `--limit-cpu-weight=${weight}`),
  fc.integer({ min: 1, max: 10_000_000 }).map((time) => `--limit-cpu-time=${time}ms`),
  fc.integer({ min: 1, max: 2 ** 40 }).map((bytes) => `--limit-swap=${bytes}B`),
  fc.constantFrom("--accept=limits", "--accept=clock", "--accept=clock,limits"),
);

export const anyFlags: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(anyFlag("allow"), anyFlag("allow"), anyFlag("deny")),
  {
    maxLength: 10,
  },
);

const address = fc.constantFrom(
  "10.1.2.3",
  "10.1.9.9",
  "10.9.9.9",
  "8.8.8.8",
  "8.8.4.4",
  "15.0.0.1",
  "93.184.0.1",
  "127.0.0.1",
  "127.0.0.2",
  "169.254.169.254",
  "::1",
  "2001:4860::8888",
  "2606:4700::1",
  "fd00::1",
  "64:ff9b::a01:203",
  "64:ff9b::808:808",
  "::ffff:10.1.2.3",
  "2002:a01:203::1",
);
const hostName = fc.constantFrom(
  "a.test",
  "b.a.test",
  "c.b.a.test",
  "other.test",
  "example.com",
  "localhost",
);
const requestName = fc.constantFrom("A", "AB", "ABC", "HOME", "NODE_PATH", "NODE_ENV", "NODE_OPTIONS");
const port = fc.constantFrom(0, 1, 80, 443, 450, 3005, 8080, 65535);
const protocol = fc.constantFrom("tcp" as const, "udp" as const);

export const anyRequest: fc.Arbitrary<AccessRequest> = fc.oneof(
  fc.record({
    scope: fc.constantFrom("fs.read" as const, "fs.write" as const, "net.unix" as const, "addon" as const),
    path: anyPath,
  }),
  fc.record({ scope: fc.constant("net.connect" as const), protocol, address, port }),
  fc.record({ scope: fc.constant("net.connect" as const), protocol, address, port, name: hostName }),
  fc.record({ scope: fc.constant("net.connect" as const), protocol, address: hostName, port }),
  fc.record({ scope: fc.constant("net.listen" as const), protocol, address, port }),
  fc.record({ scope: fc.constant("env" as const), name: requestName }),
  fc.record({ scope: fc.constant("sys" as const), name: fc.constantFrom("cpus", "hostname", "uptime") }),
  fc.record({
    scope: fc.constant("run" as const),
    program: fc.oneof(anyPath, fc.constantFrom("a", "ab", "abc", "x")),
  }),
  fc.record({
    scope: fc.constantFrom("worker" as const, "wasi" as const, "ffi" as const, "inspector" as const),
  }),
);
