import { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { MethodDefinition } from "@grpc/grpc-js";
import { controlService } from "./client-services.ts";
import { execInContainer } from "./container-exec.ts";
import { dial } from "./dial.ts";
import type { Discovered } from "./discover.ts";
import { translate } from "./errors.ts";
import { patience } from "./probe.ts";
import { RpcChannel } from "./rpc-channel.ts";
import { RpcError } from "./rpc-error.ts";
import { codes } from "./rpc-reader.ts";
import { StreamDuplex } from "./stream-duplex.ts";
import { upgrade } from "./upgrade.ts";

/** So many messages of a stream wait for who reads it; then the worker does. */
const most = 16;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * A connection to a worker; lasts until `close`. All calls share one HTTP/2 connection, made by the first of them.
 *
 * A call rejects with a Failure whose cause is the RpcError, or, when its signal aborts, with the signal's reason
 * after the call was cancelled on the wire.
 */
export class Connection {
  readonly worker: Discovered;
  readonly #channel: RpcChannel;

  constructor(worker: Discovered) {
    this.worker = worker;
    this.#channel = new RpcChannel(() => reach(worker));
  }

  /** One request, one response. */
  async call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    { signal, metadata = {} }: CallOptions = {},
  ): Promise<Response> {
    signal?.throwIfAborted();
    let cancel = () => {};
    const onAbort = () => cancel();
    signal?.addEventListener("abort", onAbort);
    try {
      const answer = await new Promise<Uint8Array>((resolve, reject) => {
        let message: Uint8Array | undefined;
        const call = this.#channel.start(method.path, metadata, {
          message: (bytes) => {
            message = bytes;
          },
          end: (error) => {
            if (error !== undefined) reject(error);
            else if (message === undefined) reject(new RpcError(codes.unimplemented, "No message received"));
            else resolve(message);
          },
        });
        cancel = () => call.cancel();
        call.send(method.requestSerialize(request));
        call.finish();
      });
      return method.responseDeserialize(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength));
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : translate(asRpcError(error));
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** One request, a stream of responses: ends quietly or throws as `call` rejects; leaving the loop cancels. */
  async *stream<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    { signal, metadata = {} }: CallOptions = {},
  ): AsyncGenerator<Response> {
    signal?.throwIfAborted();
    const waiting: Uint8Array[] = [];
    let ended: { readonly error: RpcError | undefined } | undefined;
    let wake = () => {};
    const call = this.#channel.start(method.path, metadata, {
      message: (bytes) => {
        if (waiting.push(bytes) >= most) call.pause();
        wake();
      },
      end: (error) => {
        ended = { error };
        wake();
      },
    });
    const onAbort = () => call.cancel();
    signal?.addEventListener("abort", onAbort);
    try {
      call.send(method.requestSerialize(request));
      call.finish();
      for (;;) {
        const message = waiting.shift();
        if (message !== undefined) {
          if (waiting.length === 0) call.resume();
          yield method.responseDeserialize(Buffer.from(message.buffer, message.byteOffset, message.byteLength));
        } else if (ended === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else {
          if (ended.error !== undefined) throw ended.error;
          return;
        }
      }
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : translate(asRpcError(error));
    } finally {
      signal?.removeEventListener("abort", onAbort);
      call.cancel();
    }
  }

  /**
   * The transport of a session: a byte stream on which we are the HTTP/2 server. A Docker engine has a connection of its
   * own for it, which is about twice as fast as the tunnel through Control.Session that every worker has.
   */
  async openTunnel(
    headers: Readonly<Record<string, string | readonly string[]>>,
    signal: AbortSignal,
  ): Promise<Duplex> {
    if (this.worker.protocol === "docker") {
      const socket = await upgrade(await dial(this.worker.endpoint, signal), "/session", headers, signal);
      // Node's HTTP/2 server refuses a socket that agreed on HTTP/1.1 in its handshake, as this one did until now.
      return socket instanceof TLSSocket ? Duplex.from({ readable: socket, writable: socket }) : socket;
    }
    return new StreamDuplex((listener) => this.#channel.start(controlService.session.path, headers, listener));
  }

  /** Ends every call that is under way and lets go of the socket. */
  close(): void {
    this.#channel.close();
  }
}

/**
 * A connection to a worker that speaks HTTP/2: through TLS where the endpoint has it, for a Docker engine after the
 * upgrade of `POST /grpc`, for a container by a command in it.
 */
async function reach({ endpoint, protocol }: Discovered): Promise<Duplex> {
  const { address } = endpoint;
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(new Error("it takes too long")), patience);
  try {
    const socket = await dial(endpoint, over.signal);
    if (address.kind === "container") return await execInContainer(socket, address, over.signal);
    return protocol === "docker" ? await upgrade(socket, "/grpc", {}, over.signal) : socket;
  } finally {
    clearTimeout(timer);
  }
}

function asRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  const message = error instanceof Error ? error.message : "the call ended without an answer";
  return new RpcError(codes.unknown, message, [], { cause: error });
}
