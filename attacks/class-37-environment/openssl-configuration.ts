// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "OPENSSL_CONF of the host, or one that the program sets, loads no provider into the program's Node",
  proof: "word",
  grants: (site) => ["--allow-env=*", `--allow-fs-read=${site.granted},${site.native.library}`],
  environment: (site) => ({
    OPENSSL_CONF: join(site.granted, "openssl.cnf"),
    OPENSSL_MODULES: site.granted,
    OPENSSL_ENGINES: site.granted,
  }),
  prepare: (site) => {
    const lines = [
      "nodejs_conf = start",
      "openssl_conf = start",
      "[start]",
      "providers = list",
      "[list]",
      "own = own",
      "[own]",
      `module = ${site.native.library}`,
      "activate = 1",
    ];
    writeFileSync(join(site.granted, "openssl.cnf"), lines.join("\n"));
    return { values: {} };
  },
  program: (cell) => {
    cell.node("node:crypto").createHash("sha256").update("").digest();
    return cell.refused("NO_EFFECT");
  },
};
