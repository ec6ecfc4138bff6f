// SPDX-License-Identifier: Apache-2.0
import type { Readable } from "node:stream";
import { escapeText } from "./escape.ts";
import { LineCutter } from "./lines.ts";
import { Ring } from "./ring.ts";

/** One line that an app wrote, made harmless. */
export interface LogLine {
  time: string;
  stream: "stdout" | "stderr";
  text: string;
}

const longestLine = 8192;
// What a line costs besides its text.
const lineOverhead = 64;

/** What one app wrote, across its restarts. */
export class AppLog {
  readonly #lines: Ring<LogLine>;
  readonly #bytesPerSecond: number;

  constructor(limits: { logBytes: number; logBytesPerSecond: number }) {
    this.#lines = new Ring(limits.logBytes, (line) => line.text.length + lineOverhead);
    this.#bytesPerSecond = limits.logBytesPerSecond;
  }

  /**
   * Reads one stream of a cell until it ends. Past the bytes for a second the stream is not read until the
   * second is over: the pipe fills, and a flood holds up the app that makes it, not the host.
   */
  capture(stream: "stdout" | "stderr", source: Readable): void {
    let left = this.#bytesPerSecond;
    const cutter = new LineCutter(longestLine, (line) => {
      // A flood of empty lines is few bytes and much work: each line counts for what it costs.
      left -= lineOverhead;
      this.#lines.push({ time: new Date().toISOString(), stream, text: escapeText(line) });
    });
    let second = Math.floor(performance.now() / 1000);
    source.on("data", (chunk: Buffer) => {
      const now = Math.floor(performance.now() / 1000);
      if (now !== second) left = this.#bytesPerSecond;
      second = now;
      left -= chunk.length;
      cutter.write(chunk);
      if (left > 0) return;
      source.pause();
      setTimeout(() => source.resume(), 1000 - (performance.now() % 1000)).unref();
    });
    source.once("close", () => cutter.end());
    // A pipe of a cell that was killed may break; the cell's own end is reported elsewhere.
    source.on("error", () => source.destroy());
  }

  lines(): readonly LogLine[] {
    return this.#lines.items();
  }

  get dropped(): number {
    return this.#lines.dropped;
  }
}
