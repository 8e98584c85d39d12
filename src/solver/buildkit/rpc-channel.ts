import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import type { Duplex } from "node:stream";
import { errnoText } from "../../errno.ts";
import { messageLimit } from "./definition-size.ts";
import { headSize, putHead } from "./message-reader.ts";
import { RpcError } from "./rpc-error.ts";
import { type CallListener, codes, readCall } from "./rpc-reader.ts";

/** What goes with a call, by lower-case names. */
export type CallMetadata = Readonly<Record<string, string | readonly string[]>>;

/** A call of ours, until it has ended. */
export interface RpcCall {
  /** Sends bytes that are a message; `done` is called when there is room for more. */
  send(message: Uint8Array, done?: (error?: Error | null) => void): void;
  /** Says that no more messages come. */
  finish(): void;
  pause(): void;
  resume(): void;
  cancel(): void;
}

/** How much a worker may send before it has to wait for us, in bytes: HTTP/2 begins with 64 KiB. */
const receiveWindow = 4 << 20;

/**
 * gRPC as its client, spoken right on HTTP/2: a small build makes two dozen calls, for which grpc-js would take longer
 * than all else that happens here. The connection is made by the first call, and anew by the next one after it was lost;
 * it keeps no process alive while there is no call.
 */
export class RpcChannel {
  readonly #connect: () => Promise<Duplex>;
  #line: Promise<Line> | undefined;
  readonly #lines = new Set<Line>();
  #isClosed = false;

  constructor(connect: () => Promise<Duplex>) {
    this.#connect = connect;
  }

  /** Starts a call. What it is given before there is a connection waits for that. */
  start(path: string, metadata: CallMetadata, { message, end }: CallListener): RpcCall {
    const call = new StartedCall(end);
    const begin = async (isAgain: boolean): Promise<void> => {
      const line = await this.#current();
      if (call.isOver) return;
      const stream = line.open(path, metadata);
      if (stream === undefined) {
        if (isAgain) throw new RpcError(codes.unavailable, "Connection dropped");
        return begin(true);
      }
      let hasAnswer = false;
      const listener: CallListener = {
        message: (bytes) => {
          hasAnswer = true;
          message(bytes);
        },
        end: (error) => {
          // It has not been looked at: the worker is about to leave the connection, say.
          const isRefused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM && !hasAnswer;
          if (isRefused && !isAgain && call.canBeginAgain) begin(true).catch(call.fail);
          else call.end(error);
        },
      };
      readCall(stream, listener, () => line.isLost);
      call.goOn(stream);
    };
    begin(false).catch(call.fail);
    return call;
  }

  /** Ends every call that is under way and lets go of the socket. */
  close(): void {
    this.#isClosed = true;
    for (const line of this.#lines) line.session.destroy();
  }

  #current(): Promise<Line> {
    if (this.#isClosed) return Promise.reject(new RpcError(codes.unavailable, "the connection was closed"));
    if (this.#line !== undefined) return this.#line;
    const line = this.#open(() => {
      if (this.#line === line) this.#line = undefined;
    });
    this.#line = line;
    return line;
  }

  async #open(forget: () => void): Promise<Line> {
    try {
      const line = new Line(await this.#connect(), forget);
      this.#lines.add(line);
      line.session.once("close", () => this.#lines.delete(line));
      if (this.#isClosed) line.session.destroy();
      return line;
    } catch (error) {
      forget();
      throw new RpcError(codes.unavailable, `no connection was made: ${errnoText(error)}`, [], { cause: error });
    }
  }
}

/** One connection. */
class Line {
  readonly session: ClientHttp2Session;
  readonly #forget: () => void;
  #calls = 0;

  /** `forget` is called when it should be used no more. */
  constructor(socket: Duplex, forget: () => void) {
    const session = connect("http://localhost", {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: receiveWindow },
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
    });
    session.once("connect", () => session.setLocalWindowSize(receiveWindow));
    session.on("error", forget);
    session.once("goaway", forget);
    session.once("close", forget);
    session.unref();
    this.session = session;
    this.#forget = forget;
  }

  get isLost(): boolean {
    return this.session.destroyed;
  }

  /** Undefined where it takes no more calls. */
  open(path: string, metadata: CallMetadata): ClientHttp2Stream | undefined {
    const { session } = this;
    if (session.closed || session.destroyed) {
      this.#forget();
      return undefined;
    }
    const stream = session.request({
      ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, mutable(value)])),
      ":method": "POST",
      ":authority": "localhost",
      ":path": path,
      te: "trailers",
      "content-type": "application/grpc",
      "user-agent": "llbc",
    });
    if (this.#calls++ === 0) session.ref();
    stream.once("close", () => {
      if (--this.#calls === 0) session.unref();
    });
    return stream;
  }
}

function mutable(value: string | readonly string[]): string | string[] {
  return typeof value === "string" ? value : [...value];
}

class StartedCall implements RpcCall {
  readonly #onEnd: CallListener["end"];
  #stream: ClientHttp2Stream | undefined;
  /** What was asked for before there was a stream, and can be asked again of another one. */
  readonly #first: ((stream: ClientHttp2Stream) => void)[] = [];
  #isOver = false;
  #hasSentMore = false;

  constructor(onEnd: CallListener["end"]) {
    this.#onEnd = onEnd;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get canBeginAgain(): boolean {
    return !this.#isOver && !this.#hasSentMore;
  }

  readonly fail = (error: unknown): void => {
    const known = error instanceof RpcError ? error : undefined;
    this.end(known ?? new RpcError(codes.unavailable, errnoText(error), [], { cause: error }));
  };

  end(error: RpcError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd(error);
  }

  goOn(stream: ClientHttp2Stream): void {
    this.#stream = stream;
    for (const act of this.#first) act(stream);
  }

  send(message: Uint8Array, done?: (error?: Error | null) => void): void {
    if (message.length > messageLimit) {
      const size = (message.length / (1 << 20)).toFixed(1);
      this.end(new RpcError(codes.resourceExhausted, `the message of ${size} MiB is larger than max, which is 16 MiB`));
      this.cancel();
      return;
    }
    const framed = Buffer.allocUnsafe(headSize + message.length);
    putHead(framed, 0, message.length);
    framed.set(message, headSize);
    this.#do((stream) => stream.write(framed, done));
  }

  finish(): void {
    this.#do((stream) => stream.end());
  }

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  cancel(): void {
    if (this.#stream === undefined) this.end(new RpcError(codes.cancelled, "Call cancelled"));
    else this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #do(act: (stream: ClientHttp2Stream) => void): void {
    if (this.#stream === undefined) {
      this.#first.push(act);
      return;
    }
    this.#hasSentMore = true;
    act(this.#stream);
  }
}
