// SPDX-License-Identifier: Apache-2.0
import { formatAddress, parseAddress } from "./addresses.ts";
import { type Endpoint, settleEndpoint, settleName, settlePath, settleProgram } from "./covering.ts";
import { allPorts, formatEndpoint } from "./endpoints.ts";
import { isReservedVariable, reservedReason } from "./environment.ts";
import { pathGrant, programGrant, writeDenial, writeGrant, writeRule } from "./grant-text.ts";
import { normalisePath } from "./paths.ts";
import type { Verdict } from "./settle.ts";
import type {
  AccessRequest,
  Decision,
  Granted,
  HostPattern,
  NameRule,
  NetRule,
  PathRule,
  Policy,
  Rules,
  RunRule,
  Scope,
  SwitchScope,
} from "./types.ts";

/**
 * Decides one access. The most specific rule wins, and deny wins a tie; what no rule covers is refused.
 * Paths are taken by their text: whoever asks has resolved the links, and the kernel decides again on the object.
 *
 * @example
 * const decision = decide(policy, { scope: "fs.read", path: "/etc/passwd" });
 * if (!decision.granted) console.log(decision.denial.grant); // --allow-fs-read=/etc/passwd
 */
export function decide<const R extends AccessRequest>(policy: Policy, request: R): Decision<R["scope"]>;
export function decide(policy: Policy, request: AccessRequest): Decision {
  switch (request.scope) {
    case "fs.read":
    case "fs.write":
    case "net.unix":
    case "addon":
      return decidePath(policy[request.scope], request.scope, request.path);
    case "net.connect":
    case "net.listen":
      return decideEndpoint(policy[request.scope], request);
    case "env":
    case "sys":
      return decideName(policy[request.scope], request.scope, request.name);
    case "run":
      return decideProgram(policy.run, request.program);
    default:
      return policy[request.scope]
        ? grant(request.scope, writeGrant(request.scope, ""))
        : refuseSwitch(request.scope, policy.denied.includes(request.scope));
  }
}

function grant<S extends Scope>(resource: string, rule: string): Decision<S> {
  // The one place where the brand is put on.
  return { granted: true, rule, resource: resource as Granted<S> };
}

function refuse(scope: Scope, resource: string, rule: string | undefined, grantText: string): Decision {
  if (grantText !== "") {
    return rule === undefined
      ? { granted: false, denial: { scope, resource, grant: grantText } }
      : { granted: false, rule, denial: { scope, resource, grant: grantText } };
  }
  const reason =
    rule === undefined ? "nothing can grant it" : `${rule} denies it, and no grant is more specific`;
  return {
    granted: false,
    ...(rule === undefined ? {} : { rule }),
    denial: { scope, resource, grant: "", reason },
  };
}

function refuseSwitch(scope: SwitchScope, isDenied: boolean): Decision {
  return isDenied
    ? refuse(scope, "", writeDenial(scope), "")
    : refuse(scope, "", undefined, writeGrant(scope, ""));
}

function hopeless(scope: Scope, resource: string, reason: string): Decision {
  return { granted: false, denial: { scope, resource, grant: "", reason } };
}

/** The rules with one more, to see whether that would help. */
function withAllow<R>(rules: Rules<R>, rule: R): Rules<R> {
  return { allow: [...rules.allow, rule], deny: rules.deny };
}

function conclude<R extends PathRule | NetRule | NameRule | RunRule>(
  scope: Exclude<Scope, "worker" | "wasi" | "ffi" | "inspector">,
  resource: string,
  verdict: Verdict<R> | undefined,
  ...remedies: readonly { readonly grant: string; readonly verdict: () => Verdict<R> | undefined }[]
): Decision {
  const rule = verdict && (verdict.rule.origin || writeRule(scope, verdict.effect, verdict.rule));
  if (verdict?.effect === "allow" && rule !== undefined) return grant(resource, rule);
  const remedy = remedies.find((each) => each.verdict()?.effect === "allow");
  return refuse(scope, resource, rule, remedy?.grant ?? "");
}

function decidePath(
  rules: Rules<PathRule>,
  scope: "fs.read" | "fs.write" | "net.unix" | "addon",
  given: string,
): Decision {
  if (!given.startsWith("/")) return hopeless(scope, given, "it is not an absolute path");
  if (given.includes("\0")) return hopeless(scope, given, "no path holds a NUL character");
  const path = normalisePath(given);
  const helpful = pathGrant(path);
  return conclude(scope, path, settlePath(rules, path), {
    grant: writeGrant(scope, helpful),
    verdict: () => settlePath(withAllow(rules, { path: helpful, optional: false, origin: "" }), path),
  });
}

function decideName(rules: Rules<NameRule>, scope: "env" | "sys", name: string): Decision {
  if (scope === "env" && isReservedVariable(name)) return hopeless(scope, name, reservedReason(name));
  if (scope === "env" && !/^[^=*\s\p{Cc}]+$/u.test(name))
    return hopeless(scope, name, "it is no variable's name");
  return conclude(scope, name, settleName(scope, rules, name), {
    grant: writeGrant(scope, name),
    verdict: () => settleName(scope, withAllow(rules, { pattern: name, origin: "" }), name),
  });
}

function decideProgram(rules: Rules<RunRule>, given: string): Decision {
  const program = given.startsWith("/") ? normalisePath(given) : given;
  if (program === "" || program.includes("\0") || (!program.startsWith("/") && program.includes("/"))) {
    return hopeless("run", given, "it is neither an absolute path nor a bare name");
  }
  const helpful = programGrant(program);
  return conclude("run", program, settleProgram(rules, program), {
    grant: writeGrant("run", helpful),
    verdict: () =>
      settleProgram(withAllow(rules, { program: helpful, optional: false, origin: "" }), program),
  });
}

function decideEndpoint(
  rules: Rules<NetRule>,
  request: Extract<AccessRequest, { scope: "net.connect" | "net.listen" }>,
): Decision {
  const { scope, protocol, port } = request;
  const address = parseAddress(request.address);
  const name = (address === undefined ? request.address : request.name)?.toLowerCase().replace(/\.$/, "");
  const end: Endpoint = {
    protocol,
    port,
    ...(address === undefined ? {} : { address }),
    ...(name === undefined ? {} : { name }),
  };
  const host = address === undefined ? (name ?? "") : formatAddress(address);
  const resource = `${protocol}://${host.includes(":") ? `[${host}]` : host}${port === undefined ? "" : `:${port}`}`;
  if (address === undefined && !/^[a-z0-9_.-]{1,253}$/.test(host)) {
    return hopeless(scope, resource, "it is neither an IP address nor a host name");
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    return hopeless(scope, resource, "there is no such port");
  }
  const remedies = [];
  if (name !== undefined) remedies.push(endpointRule(end, { kind: "name", name }));
  if (address !== undefined) {
    const prefix = address.family === 4 ? 32 : 128;
    remedies.push(endpointRule(end, { kind: "cidr", address: host, family: address.family, prefix }));
  }
  return conclude(
    scope,
    resource,
    settleEndpoint(rules, end),
    ...remedies.map((rule) => ({
      grant: writeGrant(scope, rule.text),
      verdict: () => settleEndpoint(withAllow(rules, rule), end),
    })),
  );
}

/** The rule for a host at exactly this endpoint's port. */
function endpointRule({ protocol, port }: Endpoint, host: HostPattern): NetRule {
  const ports = port === undefined ? allPorts : { from: port, to: port };
  return { protocol, host, ports, text: formatEndpoint({ protocol, host, ports }), origin: "" };
}
