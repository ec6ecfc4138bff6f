// SPDX-License-Identifier: Apache-2.0
import type { Readable } from "node:stream";

type Bytes = AsyncIterable<Buffer>;

/** Passes bytes on and throws once there are more than `most`. */
export function limitBytes(most: number, tooMany: () => Error): (source: Bytes) => AsyncGenerator<Buffer> {
  return async function* limited(source) {
    let count = 0;
    for await (const chunk of source) {
      count += chunk.length;
      if (count > most) throw tooMany();
      yield chunk;
    }
  };
}

/**
 * The bytes of a request's body. When the reader stops early, the body stays open: to destroy it would cut the
 * connection before the client has read why.
 */
export async function* readBody(body: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
  }
}
