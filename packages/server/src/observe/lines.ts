// SPDX-License-Identifier: Apache-2.0
import { StringDecoder } from "node:string_decoder";

/**
 * Cuts untrusted bytes into lines. A line past `longest` bytes is cut there and the rest of it is thrown away,
 * so a line of a gigabyte costs no memory. Half a character at the end of a chunk waits for its other half.
 */
export class LineCutter {
  readonly #longest: number;
  readonly #emit: (line: string) => void;
  #parts: Buffer[] = [];
  #length = 0;
  #lost = 0;

  constructor(longest: number, emit: (line: string) => void) {
    this.#longest = longest;
    this.#emit = emit;
  }

  write(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      this.#keep(rest.subarray(0, end));
      this.#flush();
      rest = rest.subarray(end + 1);
    }
    this.#keep(rest);
  }

  /** The last line, when it has no line feed. */
  end(): void {
    if (this.#length > 0) this.#flush();
  }

  #keep(piece: Buffer): void {
    const kept = piece.subarray(0, this.#longest - this.#length);
    // A copy: a small piece would otherwise keep the whole chunk alive that it is a part of.
    if (kept.length > 0) this.#parts.push(Buffer.from(kept));
    this.#length += kept.length;
    this.#lost += piece.length - kept.length;
  }

  #flush(): void {
    const decoder = new StringDecoder("utf8");
    const text = decoder.end(Buffer.concat(this.#parts)).replace(/\r$/, "");
    this.#emit(this.#lost > 0 ? `${text}… (${this.#lost} bytes more)` : text);
    this.#parts = [];
    this.#length = 0;
    this.#lost = 0;
  }
}
