// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Address,
  contains,
  decide,
  formatAddress,
  type Policy,
  parseAddress,
  parseCidr,
} from "@cordon/policy";
import fc from "fast-check";
import { networkSteps } from "../src/network-steps.ts";
import { namesOf } from "../src/name-steps.ts";
import { ANY_ADDRESS, type Names, type NameStep, type NetworkStep } from "../src/plan.ts";
import { policyOf } from "./support/policies.ts";

interface Peer {
  readonly protocol: "tcp" | "udp";
  readonly address: Address;
  readonly port: number;
}

type Said = { readonly allow: boolean } | undefined;

const covers = (step: NetworkStep | NameStep, { protocol, port }: Peer): boolean =>
  step.protocol === protocol && step.from <= port && port <= step.to;

/** The first rule that covers the address. */
function byAddress(steps: readonly NetworkStep[], call: NetworkStep["call"], peer: Peer): Said {
  return steps.find((step) => {
    if (step.address === ANY_ADDRESS || step.call !== call || !covers(step, peer)) return false;
    const network = parseCidr(`${step.address}/${step.prefix}`);
    assert.ok(network !== undefined, `${step.address}/${step.prefix}`);
    return contains(network, peer.address);
  });
}

const byAny = (steps: readonly NetworkStep[], call: NetworkStep["call"], peer: Peer): Said =>
  steps.find((step) => step.address === ANY_ADDRESS && step.call === call && covers(step, peer));

/** The first rule that covers the name. */
const byName = ({ rules }: Names, name: string, peer: Peer): Said =>
  rules.find(
    (rule) =>
      rule.name !== "public" &&
      covers(rule, peer) &&
      (rule.name.startsWith("*.") ? name.endsWith(rule.name.slice(1)) : rule.name === name),
  );

/** As the broker decides (jail/src/network/names.c) of an address that it gave out for a name. */
function brokerAllowsNamed(steps: readonly NetworkStep[], names: Names, name: string, peer: Peer): boolean {
  const address = byAddress(steps, "connect", peer);
  const named = byName(names, name, peer);
  if (address?.allow === false || named?.allow === false) return false;
  if (address?.allow === true) return true;
  const isPublicHere = names.publicNetworks.some((text) => {
    const network = parseCidr(text);
    return network !== undefined && contains(network, peer.address);
  });
  if (named?.allow === true && isPublicHere) return true;
  return byAny(steps, "connect", peer)?.allow ?? false;
}

/** As the broker decides: the first rule that covers the peer. */
function brokerAllows(steps: readonly NetworkStep[], call: NetworkStep["call"], peer: Peer): boolean {
  return (byAddress(steps, call, peer) ?? byAny(steps, call, peer))?.allow ?? false;
}

const policyAllows = (
  policy: Policy,
  scope: "net.connect" | "net.listen",
  { protocol, address, port }: Peer,
): boolean => decide(policy, { scope, protocol, address: formatAddress(address), port }).granted;

// Few bits vary, so that rules and addresses often meet.
const four = fc
  .tuple(fc.constantFrom(8n, 10n, 127n, 93n, 192n), fc.constantFrom(0n, 168n), fc.nat({ max: 3 }))
  .map(
    ([first, second, last]): Address => ({
      family: 4,
      value: (first << 24n) | (second << 16n) | BigInt(last),
    }),
  );
const six = fc.oneof(
  fc.tuple(fc.constantFrom("2001:db8::", "2606:4700::", "fe80::", "::"), fc.nat({ max: 3 })).map(
    ([network, last]): Address => ({
      family: 6,
      value: (parseAddress(network)?.value ?? 0n) + BigInt(last),
    }),
  ),
);
/** An IPv4 address as the transition mechanisms carry it. */
const carried = fc.tuple(four, fc.nat({ max: 4 })).map(([{ value }, how]): Address => {
  const local = 0x0064ff9b0001n << 80n;
  const spelt = [
    (0x0064ff9bn << 96n) | value,
    local | (7n << 40n) | value,
    (0x2002n << 112n) | (value << 80n),
    (0x20010000n << 96n) | (value ^ 0xffffffffn),
    value,
  ][how];
  return { family: 6, value: spelt ?? value };
});
const ports = fc.constantFrom("", ":80", ":443", ":80-90");
const prefixes = { 4: [0, 4, 5, 8, 16, 30, 32], 6: [0, 3, 16, 32, 64, 96, 128] } as const;
const network = fc.oneof(four, six, carried).chain((address) =>
  fc.constantFrom(...prefixes[address.family]).map((prefix) => {
    const shift = BigInt((address.family === 4 ? 32 : 128) - prefix);
    const base = formatAddress({ family: address.family, value: (address.value >> shift) << shift });
    return `${base}/${prefix}`;
  }),
);
const host = fc.oneof(
  { weight: 4, arbitrary: network },
  { weight: 2, arbitrary: fc.constantFrom("public", "*", "localhost") },
);
const rule = fc.tuple(fc.constantFrom("tcp", "udp"), host, ports).map(([protocol, text, port]) => {
  const isSix = text.includes(":");
  return `${protocol}://${isSix && port !== "" ? `[${text}]` : text}${port}`;
});
const flagsFor = (scope: string, rules: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
  fc.array(
    fc.tuple(fc.constantFrom("allow", "deny"), rules).map(([effect, text]) => `--${effect}-${scope}=${text}`),
    { minLength: 1, maxLength: 6 },
  );
const connecting = flagsFor("net", rule);
const listening = flagsFor(
  "listen",
  fc.constantFrom("80", "80-90", "443", "10.0.0.1:80", "127.0.0.2:443", "8.0.0.1:80-90", "[::1]:80"),
);
const peer = (address: fc.Arbitrary<Address>): fc.Arbitrary<Peer> =>
  fc.record({
    protocol: fc.constantFrom("tcp", "udp"),
    address,
    port: fc.constantFrom(80, 85, 443, 1),
  });

test("the broker's rules decide as the policy does, for connect", () => {
  fc.assert(
    fc.property(connecting, fc.array(peer(fc.oneof(four, six)), { maxLength: 20 }), (flags, peers) => {
      const policy = policyOf(...flags);
      const steps = networkSteps(policy);
      for (const each of peers) {
        const message = `${each.protocol}://${formatAddress(each.address)} :${each.port} under ${flags.join(" ")}`;
        assert.equal(
          brokerAllows(steps, "connect", each),
          policyAllows(policy, "net.connect", each),
          message,
        );
      }
    }),
    { numRuns: 200 },
  );
});

test("an address in which IPv6 carries IPv4 is never let through where the policy denies it", () => {
  fc.assert(
    fc.property(connecting, fc.array(peer(carried), { maxLength: 20 }), (flags, peers) => {
      const policy = policyOf(...flags);
      const steps = networkSteps(policy);
      for (const each of peers) {
        const message = `${formatAddress(each.address)} :${each.port} under ${flags.join(" ")}`;
        if (brokerAllows(steps, "connect", each)) {
          assert.ok(policyAllows(policy, "net.connect", each), message);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test("listening is decided by its own rules", () => {
  const peers = fc.array(peer(four), { maxLength: 20 });
  fc.assert(
    fc.property(listening, connecting, peers, (listen, connect, all) => {
      const policy = policyOf(...listen, ...connect);
      const steps = networkSteps(policy);
      for (const each of all) {
        assert.equal(brokerAllows(steps, "bind", each), policyAllows(policy, "net.listen", each));
      }
    }),
    { numRuns: 100 },
  );
});

test("a denied network is denied although `public` has smaller ranges inside it", () => {
  const steps = networkSteps(policyOf("--allow-net=public", "--deny-net=8.0.0.0/5"));
  const to = (text: string): boolean =>
    brokerAllows(steps, "connect", {
      protocol: "tcp",
      port: 443,
      address: parseAddress(text) ?? assert.fail(),
    });
  assert.ok(!to("8.8.8.8"));
  assert.ok(to("1.1.1.1"));
  assert.ok(!to("10.0.0.1"));
});

test("a network that is denied cannot be reached by way of NAT64 or 6to4, and `::1` is no such way", () => {
  const steps = networkSteps(policyOf("--allow-net=*", "--deny-net=10.0.0.0/8", "--deny-net=0.0.0.0/8"));
  const to = (text: string): boolean =>
    brokerAllows(steps, "connect", {
      protocol: "tcp",
      port: 443,
      address: parseAddress(text) ?? assert.fail(),
    });
  for (const denied of ["64:ff9b::a01:203", "2002:a01:203::1", "::a01:203", "64:ff9b:1::1", "2001::1"]) {
    assert.ok(!to(denied), denied);
  }
  for (const granted of ["::1", "64:ff9b::808:808", "2002:808:808::1", "2606:4700::1111"]) {
    assert.ok(to(granted), granted);
  }
});

const hostNames = ["a.example.test", "b.example.test", "a.b.example.test", "other.test"];
const namedRule = fc
  .tuple(
    fc.constantFrom("tcp", "udp"),
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...hostNames, "*.example.test", "*.b.example.test", "*.test") },
      { weight: 1, arbitrary: fc.constantFrom("public", "*", "8.0.0.0/8", "10.0.0.0/8") },
    ),
    ports,
  )
  .map(([protocol, text, port]) => `${protocol}://${text}${port}`);

test("the broker's rules decide as the policy does of an address that was given out for a name", () => {
  const all = fc.array(fc.tuple(peer(four), fc.constantFrom(...hostNames)), { maxLength: 20 });
  fc.assert(
    fc.property(flagsFor("net", namedRule), all, (flags, peers) => {
      const policy = policyOf(...flags);
      const steps = networkSteps(policy);
      const names = namesOf(policy, true, []) ?? assert.fail();
      for (const [each, name] of peers) {
        const { protocol, port } = each;
        const address = formatAddress(each.address);
        assert.equal(
          brokerAllowsNamed(steps, names, name, each),
          decide(policy, { scope: "net.connect", protocol, address, port, name }).granted,
          `${protocol}://${address}:${port} as ${name} under ${flags.join(" ")}`,
        );
      }
    }),
    { numRuns: 300 },
  );
});

test("without the namespaces' wall a rule by name is refused, allow or deny, and `localhost` and `public` are not", () => {
  for (const flag of ["--allow-net=example.org", "--allow-net=*.example.org", "--deny-net=example.org"]) {
    assert.throws(() => namesOf(policyOf("--allow-net=*", flag), false, undefined), {
      code: "ERR_NOT_ENFORCEABLE",
      message: /example\.org.* without the namespaces' wall/,
    });
  }
  assert.equal(namesOf(policyOf("--allow-net=localhost:80", "--allow-net=public"), false, undefined), null);
});
