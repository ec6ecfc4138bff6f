// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Row } from "./row.ts";

/** What the hostile app is told about this host. */
export interface HostFacts {
  url: string;
  tokenFile: string;
  bundles: string;
  /** A directory in which the host may make one with a secret. */
  data: string;
  /** The digest of another tenant's bundle. */
  other: string;
}

interface Attempt {
  attempt: string;
  outcome: string;
  code: string;
  message: string;
}

const app = "mallory/hostile";
const secretVariable = "CORDON_EXAMPLE_SECRET";

/** Has the hostile app try everything, and looks from outside whether anything came of it. */
export async function askHostile(facts: HostFacts): Promise<readonly Row[]> {
  const directory = await mkdtemp(join(facts.data, "outside-"));
  try {
    // Everybody may read and write here: what the app cannot do, it cannot for another reason than a mode.
    await chmod(directory, 0o777);
    const secretFile = join(directory, "secret");
    await writeFile(secretFile, "the host's secret", { mode: 0o644 });
    process.env[secretVariable] = "the host's secret";
    const before = await readdir(directory);
    const freePort = await findFreePort();
    const { hostname, port } = new URL(facts.url);
    const targets = {
      secretFile,
      secretVariable,
      freePort,
      home: homedir(),
      hostPid: process.pid,
      outside: join(directory, "written"),
      tokenFile: facts.tokenFile,
      bundles: facts.bundles,
      otherBundle: join(facts.bundles, facts.other),
      api: { host: hostname, port: Number(port) },
    };
    const answer = await fetch(`${facts.url}/run/${app}/`, { method: "POST", body: JSON.stringify(targets) });
    const body = await answer.text();
    if (!answer.ok) {
      return [{ app, what: "POST /", status: String(answer.status), result: body.slice(0, 200), ok: false }];
    }
    const { attempts } = JSON.parse(body) as { attempts: Attempt[] };
    const rows = attempts.map(judge);
    return [...rows, await lookOutside(directory, before), await knock(freePort)];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function judge({ attempt, outcome, code, message }: Attempt): Row {
  // The one thing that the app may do, in its own network; what it means for the host is looked at apart.
  const ownNetwork = attempt === "listen on the host" && message === "listening in its own network";
  const ok = outcome === "refused" || ownNetwork;
  const result = [code, message].filter(Boolean).join(": ");
  return {
    app,
    what: attempt,
    status: ownNetwork ? "own network" : outcome,
    result: result.slice(0, 110),
    ok,
  };
}

async function lookOutside(directory: string, before: readonly string[]): Promise<Row> {
  const made = (await readdir(directory)).filter((name) => !before.includes(name));
  const ok = made.length === 0 && existsSync(directory);
  return {
    app,
    what: "(seen from the host) files",
    status: ok ? "none" : "written",
    result: ok ? "nothing was written" : `the app made ${made.join(", ")}`,
    ok,
  };
}

async function knock(port: number): Promise<Row> {
  const socket = connect(port, "127.0.0.1");
  const open = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "error").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return {
    app,
    what: "(seen from the host) the port",
    status: open ? "open" : "closed",
    result: open ? `port ${port} of the host answers` : "the host's port is nobody's",
    ok: !open,
  };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
