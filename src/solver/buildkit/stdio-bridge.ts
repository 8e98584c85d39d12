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
import type { MethodDefinition } from "@grpc/grpc-js";
import type { Bridge } from "./bridge.ts";
import { messageLimit } from "./definition-size.ts";
import { translate } from "./errors.ts";
import { pairedSocket } from "./paired-socket.ts";
import { decodeDetails, RpcError } from "./rpc-error.ts";

/** How much BuildKit may send before it has to wait for us, in bytes: a file at once, where HTTP/2 begins with 64 KiB. */
const receiveWindow = 4 << 20;

/** Codes of google.rpc.Code. */
const codes = { unknown: 2, resourceExhausted: 8, unavailable: 14 };

/** A length and a flag stand before each message. */
const prefixLength = 5;

/**
 * The bridge of a frontend that BuildKit runs: one cleartext HTTP/2 connection over a pair of streams, on which BuildKit
 * is the gRPC server. Speaks gRPC itself, unary calls only, since all that a gRPC library has beside that would be read
 * at the start of every build.
 *
 * Calls reject as those of a Connection: with a Failure whose cause is the RpcError, or with the signal's reason. When
 * BuildKit hangs up, calls under way and later ones reject with a Failure `worker-unreachable`.
 */
export class StdioBridge implements Bridge {
  readonly #socket: Socket;
  readonly #session: ClientHttp2Session;
  #lost: Error | undefined;

  constructor(input: Readable, output: Writable) {
    const socket = pairedSocket(input, output);
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

  call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    signal: AbortSignal,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const stream = this.#request(method.path, method.requestSerialize(request));
      const onAbort = () => {
        stream.close(constants.NGHTTP2_CANCEL);
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort);
      stream.once("close", () => signal.removeEventListener("abort", onAbort));
      readAnswer(stream).then(
        (message) => resolve(method.responseDeserialize(message)),
        (error: unknown) => reject(translate(error instanceof RpcError ? error : this.#broken(error))),
      );
    });
  }

  /**
   * Lets go of the streams, to be called after the last answer. HTTP/2's own farewell would be the wrong one: BuildKit
   * takes a connection that ends before its process for a crash, and drops the result.
   */
  close(): void {
    this.#socket.destroy();
  }

  #request(path: string, message: Uint8Array): ClientHttp2Stream {
    if (this.#session.destroyed || this.#session.closed) throw translate(this.#broken(undefined));
    if (message.length > messageLimit) {
      const size = (message.length / (1 << 20)).toFixed(1);
      const text = `the message of ${size} MiB is larger than max, which is 16 MiB`;
      throw translate(new RpcError(codes.resourceExhausted, text));
    }
    const stream = this.#session.request({
      ":method": "POST",
      ":path": path,
      te: "trailers",
      "content-type": "application/grpc+proto",
      "user-agent": "llbc",
    });
    const prefix = Buffer.alloc(prefixLength);
    prefix.writeUInt32BE(message.length, 1);
    stream.write(prefix);
    stream.end(message);
    return stream;
  }

  #broken(error: unknown): RpcError {
    const reason = this.#lost ?? (error instanceof Error ? error : undefined);
    return new RpcError(codes.unavailable, reason?.message ?? "BuildKit closed it", [], { cause: reason });
  }
}

/** The one message of an answer, or else its status, thrown as an RpcError. */
function readAnswer(stream: ClientHttp2Stream): Promise<Buffer> {
  return new Promise((resolve, reject) => {
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
      reject(new RpcError(codes.resourceExhausted, "the answer is larger than max, which is 16 MiB"));
    });
    stream.on("error", reject);
    stream.on("close", () => {
      const error = status === undefined ? new Error("the call ended without an answer") : statusError(status);
      if (error !== undefined) reject(error);
      else messageOf(Buffer.concat(chunks, length)).then(resolve, reject);
    });
  });
}

async function messageOf(body: Buffer): Promise<Buffer> {
  const complete = body.length >= prefixLength && body.length - prefixLength >= body.readUInt32BE(1);
  if (!complete || body[0] !== 0) throw new RpcError(codes.unknown, "the answer is cut off, or compressed");
  return body.subarray(prefixLength, prefixLength + body.readUInt32BE(1));
}

function statusError(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): RpcError | undefined {
  const code = headers["grpc-status"];
  if (code === "0") return undefined;
  if (code === undefined) return new RpcError(codes.unavailable, `HTTP status ${headers[":status"]}`);
  const message = decodeMessage(textOf(headers["grpc-message"]));
  const details = Buffer.from(textOf(headers["grpc-status-details-bin"]), "base64");
  return new RpcError(Number(code), message, decodeDetails(details));
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
