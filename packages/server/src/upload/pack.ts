// SPDX-License-Identifier: Apache-2.0
import { create } from "tar";

/**
 * Packs a directory as the tar.gz that `PUT …/apps/:app` takes. Times and owners are left out, so the same
 * files always give the same bytes.
 *
 * @example await fetch(url, { method: "PUT", body: await packDirectory("./app"), headers });
 */
export async function packDirectory(directory: string): Promise<Buffer<ArrayBuffer>> {
  const pack = create({ cwd: directory, gzip: true, portable: true, noMtime: true, noPax: false }, ["."]);
  return Buffer.concat(await Array.fromAsync(pack));
}
