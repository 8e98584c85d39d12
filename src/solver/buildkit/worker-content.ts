import { createHash } from "node:crypto";
import { workerContentService } from "./client-services.ts";
import type { Connection } from "./connection.ts";

/** Bytes: manifests and configs are much smaller. */
const mostBytes = 4 << 20;

/**
 * Reads a small blob that a worker has, such as the manifest of an image that it built. Rejects as the connection's
 * calls do, and with an Error for one that is too large, or not what its digest says.
 */
export async function readWorkerBlob(
  connection: Connection,
  digest: string,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const { data } of connection.stream(workerContentService.read, { digest }, { signal })) {
    size += data.length;
    if (size > mostBytes) throw new Error(`${digest} is larger than ${mostBytes} bytes`);
    pieces.push(data);
  }
  const blob = Buffer.concat(pieces);
  const actual = `sha256:${createHash("sha256").update(blob).digest("hex")}`;
  if (actual !== digest) throw new Error(`the worker's ${digest} has the digest ${actual}`);
  return blob;
}
