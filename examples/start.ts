// SPDX-License-Identifier: Apache-2.0
// `npm start`: a host with three apps of three tenants, each asked over HTTP. It goes on serving until Ctrl-C;
// with `--once` it ends after the table, with 0 if all was as it should be.
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { isCordonError, mergePolicies, parsePolicyFile } from "@cordon/policy";
import { createServer } from "@cordon/server";
import { Client } from "./start/client.ts";
import { buildApp } from "./start/express.ts";
import { askFriendly } from "./start/friendly.ts";
import { askHostile } from "./start/hostile.ts";
import { printTable } from "./start/row.ts";

const root = dirname(import.meta.dirname);
const apps = join(import.meta.dirname, "apps");

const { values } = parseArgs({
  options: {
    once: { type: "boolean", default: false },
    listen: { type: "string", default: "127.0.0.1:7420" },
    data: { type: "string", default: join(root, ".cordon/start") },
  },
});

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** What these three apps get at most. No cgroup may be at hand here: then the supervisor itself watches. */
const hostPolicy = JSON.stringify({ limits: { memory: "256MB", processes: 64 }, accept: ["limits"] });

async function main(): Promise<boolean> {
  const data = resolve(values.data);
  await mkdir(data, { recursive: true });
  progress("installing the Express application's dependencies (once)");
  const express = await buildApp(join(apps, "express"), join(data, "build"));
  progress("starting the host");
  await using server = await createServer({
    data: join(data, "state"),
    listen: values.listen,
    policy: mergePolicies(parsePolicyFile(hostPolicy, { file: "examples/start.ts", directory: root })),
    report: progress,
  });
  const url = await server.listen();
  const client = new Client(url, (await readFile(server.tokenFile, "utf8")).trim());
  progress("deploying three apps for three tenants");
  await client.deploy("alice", "hello", join(apps, "fetch"));
  const { digest } = await client.deploy("bob", "notes", express);
  await client.deploy("mallory", "hostile", join(apps, "hostile"));
  progress("asking them");
  const bundles = join(data, "state/bundles");
  const rows = [
    ...(await askFriendly(url)),
    ...(await askHostile({ url, data, bundles, tokenFile: server.tokenFile, other: digest })),
  ];
  printTable(rows);
  const failed = rows.filter(({ ok }) => !ok).length;
  progress(failed === 0 ? "all as it should be" : `${failed} of ${rows.length} not as it should be`);
  if (!values.once) await keepServing(url, server.tokenFile);
  return failed === 0;
}

async function keepServing(url: string, tokenFile: string): Promise<void> {
  progress(`\nserving at ${url}; the admin token is in ${tokenFile}; Ctrl-C ends it`);
  for (const path of ["alice/hello/?name=you", "bob/notes/"]) progress(`  ${url}/run/${path}`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  progress("stopping");
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  process.exitCode = 1;
  if (!isCordonError(error)) throw error;
  progress(`${error.code}: ${error.message}\n${error.details.remedy ?? ""}`);
}
