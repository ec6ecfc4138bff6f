// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "load_extension() in SQL loads no library",
  proof: "word",
  refusals: ["ERR_SQLITE_ERROR", "ERR_LOAD_SQLITE_EXTENSION", "ERR_INVALID_STATE"],
  grants: (site) => [`--allow-fs-read=${site.native.library}`],
  control: {
    root: { none: "Node lets SQL load nothing, with walls or without" },
    ordinary: { none: "Node lets SQL load nothing, with walls or without" },
  },
  program: (cell) => {
    const { DatabaseSync } = cell.node("node:sqlite");
    const database = new DatabaseSync(":memory:", { allowExtension: true });
    database.enableLoadExtension(true);
    database.prepare("select load_extension(?)").get(cell.library);
    return cell.refused("NO_EFFECT");
  },
};
