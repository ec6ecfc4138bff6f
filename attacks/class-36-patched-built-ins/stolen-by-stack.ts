// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "A stack that the program prepares itself hands out no function from under the harness",
  ({ patch, denied, tell }, cell) => {
    const fs = cell.node("node:fs");
    const stolen: unknown[] = [];
    const prepare = (_: unknown, sites: NodeJS.CallSite[]): string => {
      for (const site of sites) {
        // As far as our own frame: what lies below has loaded us, and would again.
        const file = site.getFileName() ?? "";
        if (!file.startsWith("node:") && !file.includes("preload")) break;
        stolen.push(site.getFunction(), site.getThis());
      }
      return "";
    };
    patch(Error, "prepareStackTrace", prepare);
    patch(Error, "stackTraceLimit", 200);
    // Errors that are made by the harness, and under it: by what a path is turned into text with.
    const turned = { toString: () => new Error("here").stack ?? "" };
    for (const path of [
      denied,
      turned,
      new Proxy(new URL("file:///"), { get: () => new Error("here").stack }),
    ]) {
      try {
        void fs.readFileSync(path as string);
      } catch (error) {
        void (error as Error).stack;
      }
    }
    for (const each of stolen) {
      if (typeof each !== "function") continue;
      for (const args of [[denied, "utf8"], [fs, [denied, "utf8"]], [[denied, "utf8"]]]) {
        try {
          const got: unknown = Reflect.apply(each, fs, args);
          tell(got);
        } catch {}
      }
    }
  },
);
