import { once } from "node:events";
import type { Writable } from "node:stream";
import { ExportError } from "./export-error.ts";

/**
 * Writes all pieces to a stream of the caller's and ends it; what broke off is not ended, so that its reader does not
 * take it for whole.
 *
 * Rejects with ExportError when the stream fails, or with what `pieces` throws.
 * @returns how many bytes were written.
 */
export async function writeStream(
  stream: Writable,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  let size = 0;
  let broken: unknown;
  const note = (error: Error) => {
    broken = error;
  };
  stream.on("error", note);
  try {
    for await (const piece of pieces) {
      size += piece.length;
      if (broken !== undefined) throw broken;
      if (!stream.write(piece)) await once(stream, "drain", { signal });
    }
    stream.end();
    if (!stream.writableFinished) await once(stream, "finish", { signal });
    return size;
  } catch (error) {
    throw broken === undefined ? error : new ExportError("the output stream", { cause: broken });
  } finally {
    stream.off("error", note);
  }
}
