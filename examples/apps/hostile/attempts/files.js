// SPDX-License-Identifier: Apache-2.0
import { appendFileSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeHeapSnapshot } from "node:v8";

/** What should not be read or written. */
export const files = {
  "read /etc/passwd": () => readFileSync("/etc/passwd", "utf8"),
  "read ~/.ssh": ({ home }) => readdirSync(join(home, ".ssh")).join(),
  "read a secret on the host": ({ secretFile }) => readFile(secretFile, "utf8"),
  "read the secret by a Buffer and ..": ({ secretFile }) =>
    readFileSync(Buffer.from(join(import.meta.dirname, "../../../../../../../..") + secretFile)),
  "read the secret by a link": ({ secretFile }) => {
    const link = join(tmpdir(), `link-${process.hrtime.bigint()}`);
    symlinkSync(secretFile, link);
    return readFileSync(link, "utf8");
  },
  "read the secret by SQLite": async ({ secretFile }) => {
    const { DatabaseSync } = await import("node:sqlite");
    new DatabaseSync(secretFile, { readOnly: true }).close();
    return "open";
  },
  "read the admin token": ({ tokenFile }) => readFileSync(tokenFile, "utf8"),
  "list all bundles": ({ bundles }) => readdirSync(bundles).join(),
  "read another tenant's code": ({ otherBundle }) => readFileSync(join(otherBundle, "index.js"), "utf8"),
  "write on the host": ({ outside }) => {
    writeFileSync(outside, "hostile");
    return "written";
  },
  "change its own code": () => {
    appendFileSync(join(import.meta.dirname, "../index.js"), "// changed");
    return "written";
  },
  "write a heap snapshot on the host": ({ outside }) => writeHeapSnapshot(`${outside}.heapsnapshot`),
  // It says where it wrote, or nothing.
  "write a report on the host": ({ outside }) => process.report.writeReport(`${outside}.json`) || undefined,
};
