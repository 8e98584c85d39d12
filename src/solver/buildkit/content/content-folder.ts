import { stat } from "node:fs/promises";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { errnoOf } from "../../../errno.ts";
import { StatusError } from "../unary-handler.ts";

/** A folder of blobs by digest, laid out as OCI says, and whether the worker may add to it. */
export interface ContentFolder {
  readonly path: string;
  readonly writable: boolean;
}

/** Where a blob of a folder is, or would be. Throws a StatusError for what is no digest: it would name another file. */
export function blobPath(folder: ContentFolder, digest: string): string {
  const [, algorithm, hex] = /^([a-z0-9]+):([0-9a-f]{32,128})$/.exec(digest) ?? [];
  if (algorithm === undefined || hex === undefined) {
    throw new StatusError(status.INVALID_ARGUMENT, `${JSON.stringify(digest)} is not a digest`);
  }
  return join(folder.path, "blobs", algorithm, hex);
}

/** The size of a blob in bytes, or undefined where it is not there. */
export async function sizeOfBlob(folder: ContentFolder, digest: string): Promise<number | undefined> {
  try {
    return (await stat(blobPath(folder, digest))).size;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
