// SPDX-License-Identifier: Apache-2.0
// The hostile nameserver: the attacker owns the name that is granted.
import { type Answer, type Question, startNameServer } from "../../packages/cell/test/support/dns-server.ts";
import type { Prepared, Site, Values } from "./attack.ts";
import { tcpServer } from "./canary.ts";

/** What a name that is kept from a program looks like to it, beside the refusals that every attack may meet. */
export const nameRefusals: readonly string[] = [
  "ENOTFOUND",
  "ENODATA",
  "ESERVFAIL",
  "ETIMEOUT",
  "ECONNREFUSED",
  "EAI_AGAIN",
  "EREFUSED",
];

/** The nameserver that the broker is told to ask. */
export const resolvers = (values: Values): readonly string[] => [String(values["nameserver"])];

/**
 * Starts a nameserver. Without walls the program is told where it is (`server`); in a cell it asks whomever it is
 * given, as every program does.
 */
export async function hostileNameServer(
  site: Site,
  answer: (question: Question) => Answer,
): Promise<Prepared & { readonly questions: readonly Question[]; readonly dispose: () => void }> {
  const { port, questions, close } = await startNameServer(answer);
  const nameserver = `127.0.0.1:${port}`;
  const values = { nameserver, port, server: site.isControl ? nameserver : "" };
  return { values, questions, dispose: close };
}

/** The same with a server of the host's, at the port `target`, that its answers lead to and that must hear nothing. */
export async function leadingTo(site: Site, answer: (question: Question) => Answer): Promise<Prepared> {
  const server = await hostileNameServer(site, answer);
  const target = await tcpServer();
  return {
    values: { ...server.values, target: target.port },
    harmed: target.harmed,
    dispose: () => {
      void server.dispose();
      target.dispose();
    },
  };
}

/** A nameserver with an address for every name, and what of the questions that it gets must not have left the cell. */
export async function overhearing(
  site: Site,
  leak: (questions: readonly Question[]) => string | undefined,
): Promise<Prepared> {
  const server = await hostileNameServer(site, ({ name }) => [
    { name, type: "A", data: "93.184.216.34", ttl: 0 },
  ]);
  return { ...server, harmed: () => leak(server.questions) };
}
