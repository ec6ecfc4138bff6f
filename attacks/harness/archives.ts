// SPDX-License-Identifier: Apache-2.0
// Hostile archives for a host that takes them in, and in the control for tar(1), which does what they say.
import { existsSync, lstatSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TarEntry, tarGz } from "../../packages/server/test/support/tar.ts";
import type { Prepared, Site } from "./attack.ts";
import type { Inside } from "./inside.ts";
import { openHost } from "./own-host.ts";

/** What a host unpacks at most here, and a little more. */
const MOST_UNPACKED: number = 8 << 20;

/** Bytes of all files below a directory. */
function sizeOf(directory: string): number {
  let sum = 0;
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const facts = lstatSync(path);
    sum += facts.isDirectory() ? sizeOf(path) : facts.size;
  }
  return sum;
}

/** Where an archive lies that the program is to send, with the operator's own token: this is not about who may. */
export async function offered(site: Site, entries: (site: Site) => readonly TarEntry[]): Promise<Prepared> {
  const host = await openHost(site, {
    limits: { bundleBytes: MOST_UNPACKED, bundleEntries: 200 },
    start: "demand",
  });
  await host.api("PUT", "/v1/tenants/tenant");
  const archive = join(site.granted, "archive.tgz");
  writeFileSync(archive, tarGz(entries(site)), { mode: 0o644 });
  const before = sizeOf(host.data) + sizeOf(site.granted);
  return {
    values: {
      archive,
      gateway: host.port,
      token: host.token,
      with: site.isControl ? "tar" : "",
    },
    harmed: () => {
      const grown = sizeOf(host.data) + sizeOf(site.granted) - before;
      if (grown > 2 * MOST_UNPACKED) return `${grown} bytes were unpacked`;
      return existsSync(join(site.granted, "device")) ? "a special file was made" : undefined;
    },
    dispose: host.dispose,
  };
}

/** The program: sends the archive to the host, or in the control gives it to tar(1). It is carried over as text. */
export async function upload(cell: Inside): Promise<never> {
  if (cell.text("with") !== "") {
    cell.node("node:child_process").spawnSync("tar", ["-xPzf", cell.text("archive"), "-C", cell.granted]);
    return cell.refused("NO_EFFECT");
  }
  const body = cell.node("node:fs").readFileSync(cell.text("archive"));
  const url = `http://127.0.0.1:${cell.number("gateway")}/v1/tenants/tenant/apps/app`;
  const headers = { authorization: `Bearer ${cell.text("token")}`, "content-type": "application/gzip" };
  const answer = await fetch(url, { method: "PUT", headers, body });
  const said = await answer.text();
  if (!/ERR_BUNDLE_|ERR_BODY_/.test(said)) throw new Error(`not a refusal: ${answer.status} ${said}`);
  return cell.refused("NO_EFFECT", said);
}
