import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { Metadata, type Server, status } from "@grpc/grpc-js";
import { messageLimit } from "./definition-size.ts";

/**
 * A call of the worker's, spoken by us and not by grpc-js: streams of messages that are bytes, both ways, where what
 * grpc-js does for each message would be most of the time.
 */
export interface RawCall {
  readonly metadata: Metadata;
  /** Messages to be taken in one by one; their memory is a part of what came over the wire. */
  receive(take: (message: Uint8Array) => void, end: () => void): void;
  pause(): void;
  resume(): void;
  /** Sends bytes that are whole messages, each behind its {@link putHead head}; `done` is called when their memory is free. */
  send(framed: Uint8Array, done: () => void): void;
  /** Ends the call, once: with OK when there is no text. */
  end(code: status, details: string): void;
  /** Calls back when nothing more can be sent or will come, however the call ended. */
  onClose(closed: () => void): void;
}

/** Answers a call; never throws. */
export type RawHandler = (call: RawCall) => void;

/** The bytes before each message: whether it is compressed, and its length. */
export const headSize = 5;

export function putHead(bytes: Buffer, at: number, length: number): void {
  bytes[at] = 0;
  bytes[at + 1] = length >>> 24;
  bytes[at + 2] = length >>> 16;
  bytes[at + 3] = length >>> 8;
  bytes[at + 4] = length;
}

/** Gives the calls that attachables take raw to their handlers; to be called when the server listens or has its injector. */
export function serveRaw(
  server: Server,
  attachables: readonly { readonly raw?: ReadonlyMap<string, RawHandler> }[],
): void {
  const handlers = new Map(attachables.flatMap(({ raw }) => [...(raw ?? [])]));
  // biome-ignore lint/complexity/useLiteralKeys: a private field, which TypeScript lets through in this form only
  for (const http2Server of server["http2Servers"].keys()) {
    const others = http2Server.listeners("stream");
    http2Server.removeAllListeners("stream");
    http2Server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: unknown[]) => {
      const handler = handlers.get(String(headers[":path"]));
      if (handler !== undefined) handler(rawCall(stream, headers));
      else for (const other of others) Reflect.apply(other, http2Server, [stream, headers, ...rest]);
    });
  }
}

function rawCall(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): RawCall {
  const trailers = { "grpc-status": String(status.OK), "grpc-message": "" };
  let hasEnded = false;
  const end = (code: status, details: string) => {
    if (hasEnded || stream.destroyed) return;
    hasEnded = true;
    trailers["grpc-status"] = String(code);
    // By way of bytes, so that what is no text does not make it throw.
    trailers["grpc-message"] = encodeURI(Buffer.from(details).toString());
    stream.end();
  };
  // A broken stream closes, too, which is what counts.
  stream.on("error", () => {});
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  return {
    metadata: Metadata.fromHttp2Headers(headers),
    receive(take, ended) {
      const reader = new MessageReader(take, () => end(status.RESOURCE_EXHAUSTED, "the message is too large"));
      stream.on("data", (chunk: Buffer) => {
        if (!hasEnded) reader.add(chunk);
      });
      stream.on("end", ended);
    },
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    send(framed, done) {
      if (!hasEnded) stream.write(framed, (error) => error ?? done());
    },
    end,
    onClose(closed) {
      stream.once("aborted", closed);
      stream.once("close", closed);
      if (stream.aborted || stream.closed) closed();
    },
  };
}

/** Cuts what comes over the wire into messages. */
class MessageReader {
  readonly #take: (message: Uint8Array) => void;
  readonly #refuse: () => void;
  /** The beginning of a message, or of its head, in pieces. */
  #pieces: Buffer[] = [];
  #held = 0;
  /** How long the pieces have to become before there is something to do. */
  #wanted = headSize;

  constructor(take: (message: Uint8Array) => void, refuse: () => void) {
    this.#take = take;
    this.#refuse = refuse;
  }

  add(chunk: Buffer): void {
    this.#held += chunk.length;
    if (this.#held < this.#wanted) {
      this.#pieces.push(chunk);
      return;
    }
    const bytes = this.#pieces.length === 0 ? chunk : Buffer.concat([...this.#pieces, chunk], this.#held);
    let at = 0;
    for (;;) {
      this.#wanted = headSize;
      if (bytes.length - at < headSize) break;
      const length = bytes.readUInt32BE(at + 1);
      // None that is compressed can come: we never say that we would take it.
      if (length > messageLimit || bytes[at] !== 0) {
        this.#refuse();
        return;
      }
      this.#wanted = headSize + length;
      if (bytes.length - at < this.#wanted) break;
      this.#take(bytes.subarray(at + headSize, at + this.#wanted));
      at += this.#wanted;
    }
    this.#held = bytes.length - at;
    this.#pieces = this.#held === 0 ? [] : [bytes.subarray(at)];
  }
}
