// SPDX-License-Identifier: Apache-2.0
import { type ElfHead, readAt } from "./elf.ts";

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_STRTAB = 5;
const DT_SYMTAB = 6;
const DT_GNU_HASH = 0x6ffffef5;
const DYNAMIC_ENTRY_SIZE = 16;
const MAX_DYNAMIC_ENTRIES = 256;
const SYMBOL_SIZE = 24;
/** A chain of names that have the same bucket has one or two of them, hardly ever more. */
const MAX_CHAIN = 64;

/** Looks for symbols that an executable exports, by its own hash table (DT_GNU_HASH): Node has some forty thousand. */
export class SymbolTable {
  readonly #file: number;
  readonly #symbols: number;
  readonly #strings: number;
  readonly #buckets: number;
  readonly #bucketCount: number;
  readonly #firstSymbol: number;

  private constructor(file: number, symbols: number, strings: number, hash: number) {
    const head = readAt(file, hash, 16);
    this.#file = file;
    this.#symbols = symbols;
    this.#strings = strings;
    this.#bucketCount = head.readUInt32LE(0);
    this.#firstSymbol = head.readUInt32LE(4);
    this.#buckets = hash + 16 + head.readUInt32LE(8) * 8; // behind the Bloom filter
  }

  /** The table of an open file; undefined where it has none. */
  static of(file: number, { segments }: ElfHead): SymbolTable | undefined {
    const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
    if (dynamic === undefined) return undefined;
    const entries = readAt(
      file,
      dynamic.offset,
      Math.min(dynamic.size, MAX_DYNAMIC_ENTRIES * DYNAMIC_ENTRY_SIZE),
    );
    const offsetOf = (tag: number): number | undefined => {
      for (let at = 0; at + DYNAMIC_ENTRY_SIZE <= entries.length; at += DYNAMIC_ENTRY_SIZE)
        if (Number(entries.readBigUInt64LE(at)) === tag)
          return offsetOfAddress(Number(entries.readBigUInt64LE(at + 8)));
      return undefined;
    };
    const offsetOfAddress = (address: number): number | undefined => {
      const loaded = segments.find(
        (segment) =>
          segment.type === PT_LOAD && address >= segment.address && address < segment.address + segment.size,
      );
      return loaded === undefined ? undefined : loaded.offset + address - loaded.address;
    };
    const [symbols, strings, hash] = [offsetOf(DT_SYMTAB), offsetOf(DT_STRTAB), offsetOf(DT_GNU_HASH)];
    if (symbols === undefined || strings === undefined || hash === undefined) return undefined;
    return new SymbolTable(file, symbols, strings, hash);
  }

  /** The address of a symbol, as the file has it; undefined where there is none of that name. */
  find(name: string): number | undefined {
    const hash = hashOf(name);
    let index = this.#number(this.#buckets + (hash % this.#bucketCount) * 4);
    const chains = this.#buckets + this.#bucketCount * 4;
    for (let length = 0; index >= this.#firstSymbol && length < MAX_CHAIN; length++, index++) {
      const link = this.#number(chains + (index - this.#firstSymbol) * 4);
      // The lowest bit marks the chain's end.
      if ((link | 1) >>> 0 === (hash | 1) >>> 0) {
        const symbol = readAt(this.#file, this.#symbols + index * SYMBOL_SIZE, SYMBOL_SIZE);
        const text = readAt(this.#file, this.#strings + symbol.readUInt32LE(0), name.length + 1);
        const isDefined = symbol.readUInt16LE(6) !== 0;
        if (isDefined && text.toString("latin1") === `${name}\0`) return Number(symbol.readBigUInt64LE(8));
      }
      if ((link & 1) === 1) return undefined;
    }
    return undefined;
  }

  /** The address of the first of these names that there is. */
  findFirst(names: readonly string[]): number | undefined {
    for (const name of names) {
      const address = this.find(name);
      if (address !== undefined) return address;
    }
    return undefined;
  }

  #number(position: number): number {
    return readAt(this.#file, position, 4).readUInt32LE(0);
  }
}

function hashOf(name: string): number {
  let hash = 5381;
  for (const character of Buffer.from(name, "latin1")) hash = (Math.imul(hash, 33) + character) >>> 0;
  return hash;
}
