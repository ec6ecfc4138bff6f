// SPDX-License-Identifier: Apache-2.0
// What a hostile program has in its hands. `enter` is carried into the cell as text, together with the program,
// so nothing in it may refer to anything outside it; it runs on Node 20.0 and later.
import type { Values } from "./attack.ts";

interface Modules {
  "node:assert": typeof import("node:assert");
  "node:child_process": typeof import("node:child_process");
  "node:cluster": typeof import("node:cluster").default;
  "node:crypto": typeof import("node:crypto");
  "node:dgram": typeof import("node:dgram");
  "node:diagnostics_channel": typeof import("node:diagnostics_channel");
  "node:dns": typeof import("node:dns");
  "node:events": typeof import("node:events");
  "node:fs": typeof import("node:fs");
  "node:fs/promises": typeof import("node:fs/promises");
  "node:http": typeof import("node:http");
  "node:module": typeof import("node:module");
  "node:net": typeof import("node:net");
  "node:os": typeof import("node:os");
  "node:path": typeof import("node:path");
  "node:sqlite": typeof import("node:sqlite");
  "node:trace_events": typeof import("node:trace_events");
  "node:url": typeof import("node:url");
  "node:util": typeof import("node:util");
  "node:v8": typeof import("node:v8");
  "node:vm": typeof import("node:vm");
  "node:worker_threads": typeof import("node:worker_threads");
}

type RawArgument = number | bigint | string | Uint8Array | null;

/** The addon of attacks/native: raw calls that answer a result or a negative errno. */
export interface Native {
  readonly numbers: Readonly<Record<string, number>>;
  call(number: number, ...rest: RawArgument[]): number;
  /** The 32-bit entry, `int 0x80`, with 32-bit numbers. */
  compat(number: number, ...rest: RawArgument[]): number;
  address(bytes: Uint8Array): number;
  peek(address: number, length: number): Uint8Array;
  process(number: number, flags?: number): number;
  /** Starts an executable that says that it ran, by libc's posix_spawn. */
  posixSpawn(path: string): number;
  flip(target: Uint8Array, first: Uint8Array, second: Uint8Array): number;
  settle(): number;
  uringOpen(path: string): number;
  uringConnect(address: Uint8Array, length: number): number;
}

/** What a program is told about where it is. */
export interface Place {
  readonly directory: string;
  readonly granted: string;
  readonly outside: string;
  readonly secret: string;
  readonly addon: string;
  readonly tool: string;
  readonly dynamicTool: string;
  readonly library: string;
  readonly user: string;
  /** Milliseconds that a race may take: long in the control, where it must be won. */
  readonly patience: number;
  readonly values: Values;
}

export interface Inside extends Place {
  /** A value that `prepare` returned, as text. */
  text(name: string): string;
  /** A value that `prepare` returned, as a number. */
  number(name: string): number;
  node<K extends keyof Modules>(name: K): Modules[K];
  /** The addon for raw calls. That it loads is part of the set-up: the policy grants it. */
  native(): Native;
  /** A raw call by name: its result, or a negative errno. */
  raw(name: string, ...rest: RawArgument[]): number;
  /** A raw call by name; throws with the errno's name. */
  call(name: string, ...rest: RawArgument[]): number;
  /** Throws with the errno's name if a raw result is negative. */
  check(result: number, step: string): number;
  /** What must work before the attack begins; if it doesn't, the attack could not be run. */
  setup<T>(step: () => T): T;
  /** Bytes that should be the secret. Empty or other bytes are no success. */
  loot(bytes: string | Uint8Array): string;
  /** Gives up, with the errno or code that stopped the attack. */
  refused(code: string, detail?: string): never;
  /** The arguments of a new image as `execve` reads them: pointers to the words, and a null. */
  argumentList(...words: string[]): Uint8Array;
  /** Runs an executable and takes over its word. */
  execute(path: string, words: readonly string[], environment?: Record<string, string>): string;
  /** Waits for the event, or throws what the emitter's `error` says, or ETIMEDOUT. */
  event(emitter: NodeJS.EventEmitter, name: string, milliseconds?: number): Promise<unknown>;
  sleep(milliseconds: number): Promise<void>;
  /** An IPv4 socket address as the kernel reads it. */
  address4(host: string, port: number): Uint8Array;
  /** Asks the nameserver that every program is given; in the control the hostile one (harness/name-server.ts). */
  resolver(): import("node:dns/promises").Resolver;
  /** Sends that nameserver a question as it is, and waits for an answer. */
  ask(question: Uint8Array): Promise<void>;
}

/** Runs a hostile program and says, in one line of JSON, how it ended. */
export function enter(program: (cell: Inside) => unknown): void {
  const fs: typeof import("node:fs") = require("node:fs");
  const os: typeof import("node:os") = require("node:os");
  const { stringify, parse } = JSON;
  const { writeSync } = fs;
  const bufferFrom = Buffer.from;
  // The attacks spoil built-ins; what reports must not depend on them.
  const say = (word: object): void => {
    writeSync(1, `${stringify(word)}\n`);
  };
  const names = new Map<number, string>();
  for (const [name, value] of Object.entries(os.constants.errno))
    if (!names.has(value)) names.set(value, name);

  class Refused extends Error {
    readonly code: string;
    constructor(code: string, detail: string) {
      super(detail);
      this.code = code;
    }
  }
  class NotRun extends Error {}
  const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  const code = (error: unknown): string => {
    const own = (error as { code?: unknown } | null)?.code;
    return typeof own === "string" ? own : "";
  };

  const place = parse(process.argv[2] ?? "{}") as Place;
  let addon: Native | undefined;
  // What the kernel is given the address of must not be collected.
  const kept: Uint8Array[] = [];
  const cell: Inside = {
    ...place,
    node: (name) => require(name),
    text: (name) => String(place.values[name]),
    number: (name) => Number(place.values[name]),
    native() {
      if (addon === undefined) addon = cell.setup(() => require(place.addon) as Native);
      return addon;
    },
    raw(name, ...rest) {
      const native = cell.native();
      const number = native.numbers[name];
      if (number === undefined) throw new NotRun(`no number for ${name}`);
      return native.call(number, ...rest);
    },
    call: (name, ...rest) => cell.check(cell.raw(name, ...rest), name),
    check(result, step) {
      if (result < 0) throw new Refused(names.get(-result) ?? `errno ${-result}`, step);
      return result;
    },
    setup(step) {
      try {
        return step();
      } catch (error) {
        throw new NotRun(`set-up: ${code(error)} ${text(error)}`);
      }
    },
    loot(bytes) {
      const found = typeof bytes === "string" ? bytes : bufferFrom(bytes).toString("latin1");
      if (!found.includes("SECRET-")) throw new Refused("EMPTY", "what was read is not the secret");
      return found.slice(found.indexOf("SECRET-"), found.indexOf("SECRET-") + 64);
    },
    refused(errorCode, detail = "") {
      throw new Refused(errorCode, detail);
    },
    argumentList(...words) {
      const list = Buffer.alloc(8 * (words.length + 1));
      words.forEach((word, index) => {
        const text = Buffer.from(`${word}\0`);
        kept.push(text);
        list.writeBigUInt64LE(BigInt(cell.native().address(text)), 8 * index);
      });
      return list;
    },
    execute(path, words, environment) {
      const { spawnSync } = cell.node("node:child_process");
      const ended = spawnSync(path, words, {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
        ...(environment === undefined ? {} : { env: environment }),
      });
      if (ended.error !== undefined) throw ended.error;
      if (ended.signal !== null) throw new Refused(ended.signal, "the executable was killed");
      const line = ended.stdout.trim().split("\n").at(-1) ?? "";
      if (!line.startsWith("{")) throw new Refused("EXIT", `${ended.status} ${ended.stderr.slice(0, 200)}`);
      const word = parse(line) as { succeeded?: boolean; code?: string; detail?: string };
      if (word.succeeded === false) throw new Refused(word.code ?? "unknown", word.detail ?? "");
      return line;
    },
    event(emitter, name, milliseconds = 2000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Refused("ETIMEDOUT", `no ${name}`)), milliseconds);
        const end = (settle: () => void): void => {
          clearTimeout(timer);
          settle();
        };
        emitter.once(name, (value: unknown) => end(() => resolve(value)));
        if (name !== "error") emitter.once("error", (error: Error) => end(() => reject(error)));
      });
    },
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    address4(host, port) {
      const bytes = Buffer.alloc(16);
      bytes.writeUInt16LE(2, 0);
      bytes.writeUInt16BE(port, 2);
      host.split(".").forEach((part, index) => bytes.writeUInt8(Number(part), 4 + index));
      return bytes;
    },
    resolver() {
      const resolver = new (cell.node("node:dns").promises.Resolver)();
      if (cell.text("server") !== "") resolver.setServers([cell.text("server")]);
      return resolver;
    },
    async ask(question) {
      const socket = cell.node("node:dgram").createSocket("udp4");
      const [host = "", port = "53"] = cell.text("server").split(":");
      socket.send(question, Number(port), host === "" ? "127.0.0.1" : host);
      await cell.event(socket, "message");
    },
  };

  const leave = (word: object, status: number): void => {
    say(word);
    // Handles that an attack leaves open must not hold the run up.
    process.exit(status);
  };
  say({ begun: true });
  (async () => program(cell))().then(
    (detail) => leave({ succeeded: true, detail: String(detail).slice(0, 400) }, 0),
    (error: unknown) => {
      if (error instanceof NotRun) leave({ notRun: text(error) }, 3);
      else leave({ succeeded: false, code: code(error), detail: text(error).slice(0, 400) }, 1);
    },
  );
}
