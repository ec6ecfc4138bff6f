// SPDX-License-Identifier: Apache-2.0
// What the programs of class 36 have in common: doors that the preload alone decides about (Node's own model has no
// denials, no executables and no unix sockets), tried after the program has spoilt the built-ins it decides with.
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Attack, Prepared, Site } from "./attack.ts";
import { unixServer } from "./canary.ts";
import type { Inside } from "./inside.ts";

/** Replaces built-ins, tries the doors, and puts the built-ins back. */
export interface Kit {
  /** Puts a plain value in the place of a property. */
  patch(holder: object, key: PropertyKey, value: unknown): void;
  /** Puts a getter, and a setter that forgets, in its place. */
  lure(holder: object, key: PropertyKey, value: unknown): void;
  /** Says what was got by another way than the doors. */
  tell(got: unknown): void;
  /** Tries every door; then all is as it was, and what came out is judged. */
  open(): Promise<string>;
  readonly denied: string;
}

/** Carried into the program as text, so it uses nothing of this file. */
function makeKit(cell: Inside, load: NodeJS.Require): Kit {
  const fs = load("node:fs") as typeof import("node:fs");
  const promises = load("node:fs/promises") as typeof import("node:fs/promises");
  const { execFileSync, execSync, spawn, spawnSync } = load(
    "node:child_process",
  ) as typeof import("node:child_process");
  const net = load("node:net") as typeof import("node:net");
  const { DatabaseSync } = load("node:sqlite") as typeof import("node:sqlite");
  const { defineProperty, deleteProperty, getOwnPropertyDescriptor } = Reflect;
  const later = setTimeout;
  const OwnPromise = Promise;
  interface Saved {
    readonly holder: object;
    readonly key: PropertyKey;
    readonly own: PropertyDescriptor | undefined;
    readonly next: Saved | undefined;
  }
  let saved: Saved | undefined;
  const keep = (holder: object, key: PropertyKey): void => {
    saved = { holder, key, own: getOwnPropertyDescriptor(holder, key), next: saved };
  };
  const own = (descriptor: PropertyDescriptor): PropertyDescriptor =>
    ({ __proto__: null, configurable: true, enumerable: false, ...descriptor }) as PropertyDescriptor;
  const restore = (): void => {
    for (; saved !== undefined; saved = saved.next) {
      if (saved.own === undefined) deleteProperty(saved.holder, saved.key);
      else defineProperty(saved.holder, saved.key, { __proto__: null, ...saved.own } as PropertyDescriptor);
    }
  };
  const denied = `${cell.granted}/private/secret.txt`;
  const copy = `${cell.granted}/copy`;
  const socket = `${cell.directory}/host.sock`;
  const shell = `cat ${cell.secret}`;
  const doors: (() => unknown)[] = [
    () => fs.readFileSync(denied, "utf8"),
    () => fs.readFileSync(fs.openSync(denied, "r"), "utf8"),
    () => (fs.copyFileSync(denied, copy), fs.readFileSync(copy, "utf8")),
    () => (fs.renameSync(denied, `${copy}-moved`), fs.readFileSync(`${copy}-moved`, "utf8")),
    () => (fs.linkSync(denied, `${copy}-link`), fs.readFileSync(`${copy}-link`, "utf8")),
    () => fs.writeFileSync(`${cell.granted}/private/made`, ""),
    () => new DatabaseSync(`${cell.granted}/private/made.db`).exec("create table t (a)"),
    () => process.report?.writeReport(`${cell.granted}/private/report.json`),
    () => spawnSync("/bin/sh", ["-c", shell], { encoding: "utf8" }).stdout,
    () => execFileSync("/bin/cat", [cell.secret], { encoding: "utf8" }),
    () => execSync(shell, { encoding: "utf8" }),
    () => promises.readFile(denied, "utf8"),
    // Not cpSync: Node dies in it of a directory that the kernel refuses.
    async () => {
      await promises.cp(`${cell.granted}/private`, `${copy}-all`, { recursive: true });
      return fs.readFileSync(`${copy}-all/secret.txt`, "utf8");
    },
    () => new OwnPromise((resolve) => fs.readFile(denied, "utf8", (_, text) => resolve(text))),
    () =>
      new OwnPromise((resolve) =>
        fs.createReadStream(denied, "utf8").on("data", resolve).on("error", resolve),
      ),
    () =>
      new OwnPromise((resolve) => {
        const child = spawn("/bin/sh", ["-c", shell]);
        child.on("error", resolve);
        child.stdout.on("error", resolve).on("data", resolve);
      }),
    () =>
      new OwnPromise((resolve) => {
        const client = net.connect(socket, () => resolve("connected"));
        client.on("error", resolve);
      }),
  ];
  // By `await` alone: `then` and the species it asks for may be what was spoilt.
  const settle = async (
    made: unknown,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): Promise<void> => {
    try {
      resolve(await made);
    } catch (error) {
      reject(error);
    }
  };
  const complaint = (error: unknown): string => {
    const code = (error as { code?: unknown } | null)?.code;
    return typeof code === "string" ? code : "none";
  };
  const { writeSync } = fs;
  const String = globalThis.String;
  const tell = (got: unknown): void => {
    const text = String(got);
    // At once: what is spoilt may end the process before all doors were tried.
    if (text.includes("SECRET-")) writeSync(1, `\n${text}\n`);
  };
  return {
    denied,
    tell,
    patch(holder, key, value) {
      keep(holder, key);
      defineProperty(holder, key, own({ value, writable: true }));
    },
    lure(holder, key, value) {
      keep(holder, key);
      defineProperty(holder, key, own({ get: () => value, set: () => {} }));
    },
    async open() {
      let found = "";
      let refusals = "";
      // What a broken built-in breaks in Node must not end the run before every door was tried.
      process.on("uncaughtException", () => {});
      for (let index = 0; index < doors.length; index++) {
        try {
          const made = doors[index]?.();
          const waited =
            typeof made === "object" && made !== null
              ? await new OwnPromise((resolve, reject) => {
                  later(resolve, 60, "");
                  void settle(made, resolve, reject);
                })
              : made;
          tell(waited);
          found += `${String(waited)}\n`;
        } catch (error) {
          refusals += `${complaint(error)},`;
        }
      }
      restore();
      const code = /\b(ERR_ACCESS_DENIED|E[A-Z]+)\b/.exec(refusals)?.[1];
      if (!found.includes("SECRET-")) cell.refused(code ?? "NO_EFFECT", refusals);
      return cell.loot(found);
    },
  };
}

/** An attack that spoils built-ins and then tries the doors; `spoil` is carried in as text. */
export function spoiling(claim: string, spoil: (kit: Kit, cell: Inside) => unknown): Attack {
  return {
    claim,
    proof: "secret",
    runtimeAlone: true,
    // What is spoilt may be what Node itself needs to go on.
    endsSilently: true,
    grants: (site) => [
      `--allow-fs-read=${site.granted},${site.native.tool}`,
      `--allow-fs-write=${site.granted}`,
      `--deny-fs-read=${join(site.granted, "private")}`,
      `--deny-fs-write=${join(site.granted, "private")}`,
      `--allow-run=${site.native.tool}`,
    ],
    prepare: async (site) => withDoors(site, spoil),
    program: async (cell) => {
      const { runInThisContext } = cell.node("node:vm");
      const [kit, spoilt] = runInThisContext(`[${cell.text("kit")}, ${cell.text("spoil")}]`) as [
        typeof makeKit,
        typeof spoil,
      ];
      const made = kit(cell, require);
      await spoilt(made, cell);
      return made.open();
    },
  };
}

async function withDoors(site: Site, spoil: (kit: Kit, cell: Inside) => unknown): Promise<Prepared> {
  const denied = join(site.granted, "private");
  mkdirSync(denied, { mode: 0o777 });
  copyFileSync(site.secret, join(denied, "secret.txt"));
  const heard = await unixServer(join(site.directory, "host.sock"));
  return {
    values: { kit: makeKit.toString(), spoil: spoil.toString() },
    harmed: async () => {
      const names = readdirSync(denied).sort().join();
      return names === "secret.txt" ? await heard.harmed() : `the denied directory holds ${names}`;
    },
    dispose: heard.dispose,
  };
}
