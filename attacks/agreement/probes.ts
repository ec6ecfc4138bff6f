// SPDX-License-Identifier: Apache-2.0
// What the program in the cell tries, and what comes of it. `probe` is carried in as text.

export interface Probe {
  readonly what: "read" | "write" | "list" | "create";
  readonly path: string;
}

/** `ok`, with what was read or listed, or the code of the refusal. */
export interface Answer {
  readonly code: string;
  readonly found?: string;
}

/** Tries everything once and says what came of it, in one line. */
export function probe(probes: readonly Probe[]): void {
  const fs: typeof import("node:fs") = require("node:fs");
  const bytes = Buffer.alloc(512);
  const ways: Record<Probe["what"], (path: string) => string> = {
    read(path) {
      const fd = fs.openSync(path, "r");
      const length = fs.readSync(fd, bytes, 0, bytes.length, 0);
      fs.closeSync(fd);
      return bytes.toString("utf8", 0, length);
    },
    write(path) {
      fs.closeSync(fs.openSync(path, fs.constants.O_WRONLY));
      return "";
    },
    list: (path) => fs.readdirSync(path).join("/"),
    create(path) {
      fs.closeSync(fs.openSync(path, "wx"));
      // Others are asked of the same directory: it must not change under them.
      fs.unlinkSync(path);
      return "";
    },
  };
  const answers = probes.map(({ what, path }): Answer => {
    try {
      return { code: "ok", found: ways[what](path) };
    } catch (error) {
      return { code: (error as { code?: string }).code ?? String(error) };
    }
  });
  fs.writeSync(1, `${JSON.stringify(answers)}\n`);
}
