import { once } from "node:events";
import { Readable } from "node:stream";
import { type ServerDuplexStream, status } from "@grpc/grpc-js";
import { errnoText } from "../../errno.ts";
import { Failure } from "../../failure.ts";
import type { Attachable, AttachableContext } from "./attachable.ts";
import type { common } from "./proto/gen/buildkit.js";
import { uploadService } from "./session-services.ts";
import { StatusError } from "./unary-handler.ts";
import type { Uploads } from "./uploads.ts";

type PullCall = ServerDuplexStream<common.BytesMessage, common.BytesMessage.$Properties>;

/** Bytes in a message. */
const pieceSize = 1 << 20;

/**
 * moby.upload.v1.Upload: sends what was read elsewhere, as an archive on standard input, to a worker that asks for it by
 * its id: once, since it cannot be read again. An error of reading is reported as `context-unreadable`.
 */
export function upload(uploads: Uploads, context: AttachableContext): Attachable {
  const left = new Map(uploads);
  const running = new Set<Promise<void>>();
  return {
    definition: uploadService,
    implementation: {
      Pull: (call: PullCall) => {
        const [path = ""] = call.metadata.get("urlpath");
        const id = String(path).replace(/^.*\//, "");
        const source = left.get(id);
        left.delete(id);
        const run = send(call, source, context);
        running.add(run);
        void run.then(() => running.delete(run));
      },
    },
    async close() {
      await Promise.all(running);
      // What nobody asked for is let go of: it may be a stream that keeps the process.
      for (const source of left.values()) await letGo(source);
    },
  };
}

/** Never rejects: whatever happens ends the call. */
async function send(
  call: PullCall,
  source: AsyncIterable<Uint8Array> | undefined,
  context: AttachableContext,
): Promise<void> {
  const stop = new AbortController();
  const onAbort = () => {
    stop.abort();
    call.destroy();
  };
  call.once("cancelled", onAbort);
  context.signal.addEventListener("abort", onAbort);
  try {
    if (source === undefined)
      throw new StatusError(status.NOT_FOUND, "there is no such upload, or it was sent already");
    for await (const data of pieces(source, context)) {
      stop.signal.throwIfAborted();
      if (!call.write({ data })) await once(call, "drain", { signal: stop.signal });
    }
    call.end();
  } catch (error) {
    const code = error instanceof StatusError ? error.code : status.UNAVAILABLE;
    const details = error instanceof Error ? error.message : String(error);
    if (!call.cancelled && !call.destroyed) call.emit("error", { code, details });
  } finally {
    context.signal.removeEventListener("abort", onAbort);
  }
}

async function* pieces(source: AsyncIterable<Uint8Array>, context: AttachableContext): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += pieceSize) yield chunk.subarray(at, at + pieceSize);
    }
  } catch (error) {
    if (context.signal.aborted) throw error;
    const failure = new Failure(
      "context-unreadable",
      `the archive of the context cannot be read: ${errnoText(error)}`,
      {
        cause: error,
      },
    );
    context.report(failure);
    throw failure;
  }
}

async function letGo(source: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    if (source instanceof Readable) source.destroy();
    else await source[Symbol.asyncIterator]().return?.();
  } catch {
    // It is of no interest any more.
  }
}
