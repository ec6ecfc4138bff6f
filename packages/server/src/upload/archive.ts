// SPDX-License-Identifier: Apache-2.0
import { on } from "node:events";
import { type Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { CordonError, isCordonError } from "@cordon/policy";
import { Parser, ReadEntry } from "tar";
import type { BundleEntry } from "../store/bundles.ts";
import { limitBytes, readBody } from "./bytes.ts";
import { parseBundlePath, parseLinkTarget } from "./paths.ts";

/** Bounds on one archive; the names are those of `ServerLimits`. */
export interface ArchiveLimits {
  uploadBytes: number;
  bundleBytes: number;
  bundleEntries: number;
}

// What tar adds to each entry: its header, padding, and long names as an entry before it.
const overhead = 4096;
const longestMeta = 64 * 1024;

/**
 * Reads a tar.gz as it comes in and yields what may be in a bundle; anything else ends it with
 * ERR_BUNDLE_INVALID, ERR_BUNDLE_TOO_LARGE or ERR_BODY_TOO_LARGE. It writes nothing, and never holds more than
 * a few pieces of one file in memory. The body itself is left open, so that an answer can still be sent.
 */
export async function* readArchive(body: Readable, limits: ArchiveLimits): AsyncGenerator<BundleEntry> {
  const failed = new AbortController();
  const parser = new Parser({ strict: true, maxMetaEntrySize: longestMeta });
  const sink = parserSink(parser);
  const feeding = pipeline(
    readBody(body),
    limitBytes(
      limits.uploadBytes,
      () => new CordonError("ERR_BODY_TOO_LARGE", { limit: limits.uploadBytes }),
    ),
    createGunzip(),
    limitBytes(limits.bundleBytes + limits.bundleEntries * overhead, () =>
      tooLarge(limits.bundleBytes, "bytes"),
    ),
    refuseSecondLayer,
    sink,
  ).catch((error: unknown) =>
    failed.abort(isZlib(error) ? invalid("the body", "expected a tar.gz", error) : error),
  );
  let entries = 0;
  let bytes = 0;
  try {
    for await (const [entry] of on(parser, "entry", { close: ["end"], signal: failed.signal })) {
      if (!(entry instanceof ReadEntry)) throw new TypeError("Expected tar's parser to give a ReadEntry");
      entries += 1;
      bytes += entry.size;
      if (entries > limits.bundleEntries) throw tooLarge(limits.bundleEntries, "entries");
      if (bytes > limits.bundleBytes) throw tooLarge(limits.bundleBytes, "bytes");
      const converted = convert(entry, failed.signal);
      if (converted?.kind !== "file") entry.resume();
      if (converted) yield converted;
    }
    // The end of the archive is not yet the end of the stream: its checksum comes last.
    await feeding;
    failed.signal.throwIfAborted();
  } catch (error) {
    if (isCordonError(error)) throw error;
    // The parser tells everybody at once; why the stream ended is what the pipeline says.
    sink.destroy();
    await feeding;
    throw failed.signal.reason ?? error;
  } finally {
    sink.destroy();
    await feeding;
  }
}

/** tar's parser as a stream of Node's, so that errors and waiting are Node's own. */
function parserSink(parser: Parser): Writable {
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      guard(done, () => {
        if (parser.write(chunk)) done();
        else parser.once("drain", () => done());
      });
    },
    final(done) {
      parser.once("end", () => done());
      guard(done, () => parser.end());
    },
  });
  parser.on("error", (error: Error) => sink.destroy(invalid("the archive", "expected a tar archive", error)));
  parser.on("ignoredEntry", (entry: ReadEntry) => {
    sink.destroy(invalid(quote(entry.path), `an entry of type ${entry.type}, or a name that is too long`));
  });
  return sink;
}

/** The parser reads hostile bytes: what it throws ends this upload and nothing else. */
function guard(done: (error: Error) => void, work: () => void): void {
  try {
    work();
  } catch (error) {
    done(invalid("the archive", "expected a tar archive", error));
  }
}

/** A tar inside of two layers of gzip would be unpacked by the parser itself, past our own count. */
async function* refuseSecondLayer(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  for await (const chunk of source) {
    if (head.length < 4) {
      head = Buffer.concat([head, chunk.subarray(0, 4)]);
      if (head[0] === 0x1f && (head.length < 2 || head[1] === 0x8b))
        throw invalid("the archive", "gzip within gzip");
      if (head[0] === 0x28 && (head.length < 2 || head[1] === 0xb5))
        throw invalid("the archive", "zstd within gzip");
    }
    yield chunk;
  }
}

function convert(entry: ReadEntry, failed: AbortSignal): BundleEntry | undefined {
  const path = parseBundlePath(entry.path);
  switch (entry.type) {
    case "Directory":
      return path && { kind: "directory", path };
    case "File":
    case "OldFile":
    case "ContiguousFile": {
      if (path === undefined) throw invalid(quote(entry.path), "a file without a name");
      return {
        kind: "file",
        path,
        executable: ((entry.mode ?? 0) & 0o111) !== 0,
        content: content(entry, failed),
      };
    }
    case "SymbolicLink":
      if (path === undefined) throw invalid(quote(entry.path), "a link without a name");
      return { kind: "link", path, target: parseLinkTarget(path, entry.linkpath ?? "") };
    case "Link":
      throw invalid(quote(entry.path), "a hard link (pack with --hard-dereference)");
    default:
      throw invalid(quote(entry.path), `an entry of type ${entry.type}`);
  }
}

/** An upload that breaks off in the middle of a file never ends the entry; whoever reads it must not wait. */
async function* content(entry: ReadEntry, failed: AbortSignal): AsyncGenerator<Uint8Array> {
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => undefined);
  const breakOff = (): void => reject(failed.reason);
  failed.addEventListener("abort", breakOff, { once: true });
  const chunks = entry[Symbol.asyncIterator]();
  let left = entry.size;
  try {
    for (let done = false; !done; ) {
      failed.throwIfAborted();
      const next: IteratorResult<Buffer, unknown> = await Promise.race([chunks.next(), broken]);
      done = next.done === true;
      if (!Buffer.isBuffer(next.value)) continue;
      left -= next.value.length;
      yield next.value;
    }
    if (left !== 0) throw invalid(quote(entry.path), "shorter or longer than its header says");
  } finally {
    failed.removeEventListener("abort", breakOff);
  }
}

function isZlib(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

/** A path as an error may show it: it comes from the archive. */
function quote(path: string): string {
  return JSON.stringify(path.slice(0, 80));
}

function tooLarge(limit: number, unit: string): CordonError {
  return new CordonError("ERR_BUNDLE_TOO_LARGE", { limit, unit });
}

function invalid(entry: string, reason: string, cause?: unknown): CordonError {
  return new CordonError("ERR_BUNDLE_INVALID", { entry, reason }, {}, { cause });
}
