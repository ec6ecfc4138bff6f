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
const BURSTS_PER_SECOND = 4;
/** Milliseconds: a flood is read in pieces of what comes together in such a time. */
const PAUSE = 50;

/** What one app wrote, across its restarts. */
export class AppLog {
  readonly #lines: Ring<LogLine>;
  readonly #bytesPerSecond: number;

  constructor(limits: { logBytes: number; logBytesPerSecond: number }) {
    this.#lines = new Ring(limits.logBytes, (line) => line.text.length + lineOverhead);
    this.#bytesPerSecond = limits.logBytesPerSecond;
  }

  /**
   * Reads one stream of a cell until it ends. Past what may come the stream is not read for a moment: the pipe
   * fills, and a flood holds up the app that makes it, not the host. A quarter of a second's bytes may come at once;
   * a flood comes in small pieces, since while the host reads one, requests of other apps wait.
   */
  capture(stream: "stdout" | "stderr", source: Readable): void {
    const most = this.#bytesPerSecond / BURSTS_PER_SECOND;
    let left = most;
    const cutter = new LineCutter(longestLine, (line) => {
      // A flood of empty lines is few bytes and much work: each line counts for what it costs.
      left -= lineOverhead;
      this.#lines.push({ time: new Date().toISOString(), stream, text: escapeText(line) });
    });
    let filled = performance.now();
    source.on("data", (chunk: Buffer) => {
      const now = performance.now();
      left = Math.min(most, left + ((now - filled) * this.#bytesPerSecond) / 1000);
      filled = now;
      left -= chunk.length;
      cutter.write(chunk);
      if (left > 0) return;
      source.pause();
      // One piece can be worth many seconds (a line feed counts for a line); none is waited for longer than one.
      left = Math.max(left, -this.#bytesPerSecond);
      const owed = (-left * 1000) / this.#bytesPerSecond;
      setTimeout(() => source.resume(), Math.max(PAUSE, owed)).unref();
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
