// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "@cordon/policy";
import type { FastifyRequest } from "fastify";
import type { ServerLimits } from "../options.ts";
import type { BundleEntry } from "../store/bundles.ts";
import { readArchive } from "../upload/archive.ts";
import { readSingleFile } from "../upload/single.ts";

const archives = ["application/gzip", "application/x-gzip", "application/x-tar+gzip"];
const scripts = ["text/javascript", "application/javascript"];
const typescripts = ["text/typescript", "application/typescript"];

/** The types of body that an upload may have. */
export const uploadTypes: readonly string[] = [...archives, ...scripts, ...typescripts];

// A program in one file is read as a whole.
const largestScript = 8 * 1024 * 1024;

/** What is in an upload. A single file's name may be given as `?name=` or in the header `X-Cordon-Name`. */
export function readUpload(request: FastifyRequest, limits: ServerLimits): AsyncIterable<BundleEntry> {
  const type = (request.headers["content-type"] ?? "none").split(";")[0]?.trim().toLowerCase() ?? "";
  if (archives.includes(type)) return readArchive(request.raw, limits);
  if (!scripts.includes(type) && !typescripts.includes(type)) {
    throw new CordonError("ERR_MEDIA_TYPE", {
      expected: uploadTypes.join(", "),
      got: JSON.stringify(type.slice(0, 80)),
    });
  }
  return readSingleFile(request.raw, {
    name: readName(request),
    typescript: typescripts.includes(type),
    uploadBytes: Math.min(limits.uploadBytes, largestScript),
  });
}

function readName(request: FastifyRequest): string | undefined {
  const { name } = Object(request.query) as { name?: unknown };
  const given = name ?? request.headers["x-cordon-name"];
  if (given === undefined || typeof given === "string") return given;
  throw new CordonError("ERR_REQUEST_INVALID", { reason: "expected `name` once, got it more often" });
}
