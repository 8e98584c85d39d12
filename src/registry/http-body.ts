import type { IncomingMessage } from "node:http";
import { BodyTooLong, type HttpResponse } from "./http-message.ts";
import { timedOut } from "./timed-out.ts";

/** Wraps what Node received from `url`. */
export function responseOf(
  url: URL,
  message: IncomingMessage,
  patience: number,
  signal: AbortSignal | undefined,
): HttpResponse {
  // A connection that breaks before the body is read shows when it is read.
  message.on("error", () => {});
  const status = message.statusCode ?? 0;
  const chunks = () => chunksOf(message, patience, signal);
  const bytes = async (limit: number) => {
    if (Number(message.headers["content-length"]) > limit) {
      message.destroy();
      throw tooLong(limit);
    }
    return collect(chunks(), limit);
  };
  return {
    url,
    status,
    statusText: message.statusMessage ?? "",
    ok: status >= 200 && status <= 299,
    header(name) {
      const value = message.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    chunks,
    bytes,
    json: async () => JSON.parse(Buffer.from(await bytes(longestJson)).toString("utf8")),
    async discard() {
      // Reading a short rest to its end lets the connection be used again; but nobody waits for it.
      const timer = setTimeout(() => message.destroy(), longestDiscard);
      await collect(chunks(), shortRest).catch(() => {});
      clearTimeout(timer);
      message.destroy();
    },
  };
}

/** All of it as one; rejects with BodyTooLong beyond `limit` bytes. */
export async function collect(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of chunks) {
    length += part.length;
    if (length > limit) throw tooLong(limit);
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

const longestJson = 1024 * 1024;
/** Bytes, and the milliseconds in which they must come. */
const shortRest = 64 * 1024;
const longestDiscard = 1000;

function tooLong(limit: number): BodyTooLong {
  return new BodyTooLong(`more than ${limit} bytes`);
}

async function* chunksOf(
  message: IncomingMessage,
  patience: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const stop = () => message.destroy(new Error("stopped"));
  signal?.addEventListener("abort", stop, { once: true });
  const tooSlow = () => message.destroy(timedOut(patience));
  let timer = setTimeout(tooSlow, patience);
  try {
    signal?.throwIfAborted();
    for await (const chunk of message) {
      // While the reader is busy with this chunk, nobody waits for the server.
      clearTimeout(timer);
      if (chunk instanceof Uint8Array) yield chunk;
      signal?.throwIfAborted();
      timer = setTimeout(tooSlow, patience);
    }
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    // Also where the reader left early.
    if (!message.complete) message.destroy();
  }
}
