// SPDX-License-Identifier: Apache-2.0
import {
  CordonError,
  mergePolicies,
  parsePolicyFile,
  type Policy,
  type PolicyDocument,
  restrictPolicy,
} from "@cordon/policy";
import { readBundlePolicy } from "./bundle.ts";
import { excessOf } from "./excess.ts";

/**
 * What an app gets at most of each resource when the operator says nothing else. The weight is a tenth of what any other
 * process of the machine has: the host and its gateway go first, and an app that takes all it can get, with however many
 * threads, is one among equals. It bounds nothing where nobody else wants the processor.
 */
const usualLimits = { memory: "256MB", processes: 64, openFiles: 1024, scratch: "64MB", cpuWeight: 10 };

/**
 * The host's policy when the operator gives none: an app's own files, and the usual limits. They were not asked
 * for by name, so where no cgroup can be had the supervisor's watch will do; the host says so when it starts.
 */
export function defaultHostPolicy(): Policy {
  return mergePolicies(document({ limits: usualLimits, accept: ["limits"] }, "the host's policy"));
}

/**
 * The host's policy as it bounds apps: with the usual limits where it has none of its own, and without the
 * places where the host keeps its state, whatever it grants around them.
 */
export function boundHost(policy: Policy, privatePaths: readonly string[]): Policy {
  const hidden = { allow: everything, deny: { "fs.read": privatePaths, "fs.write": privatePaths } };
  const { accept } = policy;
  const outer = mergePolicies(document({ ...hidden, limits: usualLimits, accept }, "the host's own files"));
  const bounded = restrictPolicy(outer, policy);
  // The operator's limits hold as they are, also above the usual ones.
  return Object.freeze({ ...bounded, limits: Object.freeze({ ...outer.limits, ...policy.limits }) });
}

/** Reads a tenant's policy, and checks that it lies within the host's. Without one, nothing is granted. */
export function tenantPolicy(host: Policy, text: string | null): Policy {
  if (text === null) return restrictPolicy(host, acceptingAs(host, mergePolicies()));
  const where = { file: "the tenant's policy", directory: "/" };
  const own = parsePolicyFile(text, where);
  if (own.extends !== undefined) {
    throw new CordonError("ERR_POLICY_INVALID", { where: where.file, problem: "it cannot extend a file" });
  }
  const policy = acceptingAs(host, mergePolicies(own));
  refuseExcess(host, policy, "The tenant's policy", "the host");
  return restrictPolicy(host, policy);
}

/**
 * The policy that an app runs under: what its cordon.json asks for, within its tenant's policy, and its own
 * files to read. Throws ERR_POLICY_EXCEEDS when it asks for more.
 */
export async function appPolicy(tenant: Policy, directory: string): Promise<Policy> {
  const own = document({ allow: { "fs.read": [directory] } }, "the app's own files");
  const asked = await readBundlePolicy(directory);
  const outer = withOwnFiles(tenant, own);
  const inner = acceptingAs(tenant, mergePolicies(own, ...asked));
  refuseExcess(outer, inner, "The app's cordon.json", "its tenant's policy");
  return restrictPolicy(outer, inner);
}

const everything = {
  "fs.read": ["/"],
  "fs.write": ["/"],
  "net.connect": ["*"],
  "net.listen": ["*"],
  "net.unix": ["/"],
  env: ["*"],
  run: ["*"],
  addon: ["/"],
  sys: ["*"],
  worker: true,
  wasi: true,
  ffi: true,
  inspector: true,
};

/** A tenant's policy with one app's directory added: readable, and writable under no policy. */
function withOwnFiles(tenant: Policy, own: PolicyDocument): Policy {
  const rules = mergePolicies(own)["fs.read"].allow;
  const read = tenant["fs.read"];
  const write = tenant["fs.write"];
  return Object.freeze({
    ...tenant,
    "fs.read": Object.freeze({ allow: [...read.allow, ...rules], deny: read.deny }),
    "fs.write": Object.freeze({ allow: write.allow, deny: [...write.deny, ...rules] }),
  });
}

/** Whether a host that holds less than all will do is the operator's to say; tenants and apps have no part in it. */
function acceptingAs(outer: Policy, policy: Policy): Policy {
  return Object.freeze({ ...policy, accept: outer.accept });
}

function refuseExcess(outer: Policy, inner: Policy, innerName: string, outerName: string): void {
  const excess = excessOf(outer, inner);
  if (excess.length === 0) return;
  const shown = excess.slice(0, 5).join(" ") + (excess.length > 5 ? ` and ${excess.length - 5} more` : "");
  throw new CordonError(
    "ERR_POLICY_EXCEEDS",
    { inner: innerName, outer: outerName, grants: shown },
    { grant: excess[0] ?? "" },
  );
}

function document(content: object, file: string): PolicyDocument {
  return parsePolicyFile(JSON.stringify(content), { file, directory: "/" });
}
