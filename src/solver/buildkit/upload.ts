import { once } from "node:events";
import { Readable } from "node:stream";
import { type ServerDuplexStream, status } from "@grpc/grpc-js";
import { errnoText } from "../../errno.ts";
import { Failure } from "../../failure.ts";
import type { Attachable, AttachableContext } from "./attachable.ts";
import type { common } from "./proto/gen/buildkit.js";
import { uploadService } from "./session-services.ts";
import { sendMessage, streamHandler } from "./stream-handler.ts";
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
  const take = (id: string) => {
    const source = left.get(id);
    left.delete(id);
    if (source !== undefined) return source;
    throw new StatusError(status.NOT_FOUND, "there is no such upload, or it was sent already");
  };
  const pull = streamHandler(context.signal, async (call: PullCall, signal) => {
    const [path = ""] = call.metadata.get("urlpath");
    const source = take(String(path).replace(/^.*\//, ""));
    const over = once(signal, "abort");
    signal.throwIfAborted();
    await Promise.race([send(call, source, context, signal), over]);
    // A source of which nothing comes, and maybe never will, does not hold up the end.
    if (signal.aborted) void letGo(source);
  });
  return {
    definition: uploadService,
    implementation: { Pull: pull.handle },
    async close() {
      await pull.idle();
      // What nobody asked for is let go of: it may be a stream that keeps the process.
      for (const source of left.values()) await letGo(source);
    },
  };
}

async function send(
  call: PullCall,
  source: AsyncIterable<Uint8Array>,
  context: AttachableContext,
  signal: AbortSignal,
): Promise<void> {
  for await (const data of pieces(source, context, signal)) await sendMessage(call, { data }, signal);
}

async function* pieces(
  source: AsyncIterable<Uint8Array>,
  context: AttachableContext,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += pieceSize) yield chunk.subarray(at, at + pieceSize);
    }
  } catch (error) {
    if (signal.aborted) throw error;
    const message = `the archive of the context cannot be read: ${errnoText(error)}`;
    const failure = new Failure("context-unreadable", message, { cause: error });
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
