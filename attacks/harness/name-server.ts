// SPDX-License-Identifier: Apache-2.0
// The hostile nameserver: the attacker owns the name that is granted.
import { type Answer, type Question, startNameServer } from "../../packages/cell/test/support/dns-server.ts";
import type { Prepared, Site, Values } from "./attack.ts";

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

/** The same with a canary that a name is aimed at. */
export function aimedAt(
  server: Awaited<ReturnType<typeof hostileNameServer>>,
  canary: {
    readonly port: number;
    readonly harmed: () => Promise<string | undefined>;
    readonly dispose: () => void;
  },
): Prepared {
  return {
    values: { ...server.values, target: canary.port },
    harmed: canary.harmed,
    dispose: () => {
      void server.dispose();
      canary.dispose();
    },
  };
}
