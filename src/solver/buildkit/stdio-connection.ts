import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from "node:http2";
import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { messageLimit } from "./definition-size.ts";
import { afterFirstWords } from "./first-words.ts";
import { pairedSocket } from "./paired-socket.ts";

/** What came of a call, with nothing of it decoded. */
export type Reply =
  | { readonly kind: "message"; readonly message: Buffer }
  /** `code` is one of google.rpc.Code, `details` a google.rpc.Status. */
  | { readonly kind: "status"; readonly code: number; readonly text: string; readonly details: Uint8Array }
  /** The connection or the call ended without an answer. */
  | { readonly kind: "broken"; readonly error: Error | undefined };

/** How much BuildKit may send before it has to wait for us, in bytes: a file at once, where HTTP/2 begins with 64 KiB. */
const receiveWindow = 4 << 20;

/** Codes of google.rpc.Code. */
const codes = { unknown: 2, resourceExhausted: 8, unavailable: 14 };

/** A length and a flag stand before each message. */
const prefixLength = 5;

/**
 * The cleartext HTTP/2 connection of a frontend that BuildKit runs, over a pair of streams, on which BuildKit is the
 * gRPC server. Speaks gRPC itself, unary calls only, and knows nothing of what is called: BuildKit waits for the first
 * bytes of it at the start of every build, so nothing else is to be loaded before them.
 */
export class StdioConnection {
  readonly #socket: Socket;
  readonly #session: ClientHttp2Session;
  readonly #ahead = new Map<string, Promise<Reply>>();
  #lost: Error | undefined;

  /** `words`: what `readFirstWords` read of such a connection, where that has been sent already. */
  constructor(input: Readable, output: Writable, words?: Buffer) {
    const socket = pairedSocket(
      ...(words === undefined ? ([input, output] as const) : afterFirstWords(words, input, output)),
    );
    this.#socket = socket;
    const session = connect("http://localhost", {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: receiveWindow },
    });
    session.once("connect", () => session.setLocalWindowSize(receiveWindow));
    session.on("error", (error) => {
      this.#lost ??= error;
    });
    session.on("close", () => {
      this.#lost ??= new Error("BuildKit closed it");
    });
    this.#session = session;
  }

  /** Sends an empty message ahead of who will call with it; resolves when that call has its reply. */
  async callAhead(path: string): Promise<void> {
    const reply = this.#send(path, new Uint8Array(), () => {});
    this.#ahead.set(path, reply);
    await reply;
  }

  /** Calls a method by its path. Rejects with the signal's reason, and for nothing else. */
  call(path: string, message: Uint8Array, signal: AbortSignal): Promise<Reply> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      let cancel = () => {};
      const onAbort = () => {
        cancel();
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort);
      const ahead = message.length === 0 ? this.#ahead.get(path) : undefined;
      this.#ahead.delete(path);
      const sent =
        ahead ??
        this.#send(path, message, (stream) => {
          cancel = () => stream.close(constants.NGHTTP2_CANCEL);
        });
      void sent.then((reply) => {
        signal.removeEventListener("abort", onAbort);
        resolve(reply);
      });
    });
  }

  /**
   * Lets go of the streams, to be called after the last answer. HTTP/2's own farewell would be the wrong one: BuildKit
   * takes a connection that ends before its process for a crash, and drops the result.
   */
  close(): void {
    this.#socket.destroy();
  }

  /** Never rejects. */
  async #send(path: string, message: Uint8Array, opened: (stream: ClientHttp2Stream) => void): Promise<Reply> {
    if (this.#session.destroyed || this.#session.closed) return { kind: "broken", error: this.#lost };
    const stream = this.#session.request({
      ":method": "POST",
      ":path": path,
      te: "trailers",
      "content-type": "application/grpc+proto",
      "user-agent": "llbc",
    });
    opened(stream);
    const prefix = Buffer.alloc(prefixLength);
    prefix.writeUInt32BE(message.length, 1);
    stream.write(prefix);
    stream.end(message);
    const reply = await readReply(stream);
    return reply.kind === "broken" && this.#lost !== undefined ? { ...reply, error: this.#lost } : reply;
  }
}

/** The one message of an answer, or else its status. */
function readReply(stream: ClientHttp2Stream): Promise<Reply> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let status: IncomingHttpHeaders | undefined;
    stream.on("response", (headers) => {
      // What fails at once has its status here, and no message and trailers.
      if (headers["grpc-status"] !== undefined || headers[":status"] !== 200) status = headers;
    });
    stream.on("trailers", (trailers) => {
      status = trailers;
    });
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= messageLimit + prefixLength) return;
      stream.close(constants.NGHTTP2_CANCEL);
      resolve(ownStatus(codes.resourceExhausted, "the answer is larger than max, which is 16 MiB"));
    });
    stream.on("error", (error) => resolve({ kind: "broken", error }));
    stream.on("close", () => {
      if (status === undefined) resolve({ kind: "broken", error: new Error("the call ended without an answer") });
      else resolve(failedStatus(status) ?? messageOf(Buffer.concat(chunks, length)));
    });
  });
}

function messageOf(body: Buffer): Reply {
  const complete = body.length >= prefixLength && body.length - prefixLength >= body.readUInt32BE(1);
  if (!complete || body[0] !== 0) return ownStatus(codes.unknown, "the answer is cut off, or compressed");
  return { kind: "message", message: body.subarray(prefixLength, prefixLength + body.readUInt32BE(1)) };
}

function failedStatus(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): Reply | undefined {
  const code = headers["grpc-status"];
  if (code === "0") return undefined;
  if (code === undefined) return ownStatus(codes.unavailable, `HTTP status ${headers[":status"]}`);
  const details = Buffer.from(textOf(headers["grpc-status-details-bin"]), "base64");
  return { kind: "status", code: Number(code), text: decodeMessage(textOf(headers["grpc-message"])), details };
}

function ownStatus(code: number, text: string): Reply {
  return { kind: "status", code, text, details: new Uint8Array() };
}

function textOf(value: string | readonly string[] | undefined): string {
  return typeof value === "string" ? value : (value?.[0] ?? "");
}

/** Messages are percent-encoded UTF-8; one that is not stays as it came. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
