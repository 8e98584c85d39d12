import { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { Client, type ClientDuplexStream, Metadata, type MethodDefinition, type ServiceError } from "@grpc/grpc-js";
import { controlService } from "./client-services.ts";
import { WorkerCredentials } from "./credentials.ts";
import { messageLimit } from "./definition-size.ts";
import { dial } from "./dial.ts";
import type { Discovered } from "./discover.ts";
import { translate } from "./errors.ts";
import type { common } from "./proto/gen/buildkit.js";
import { RpcError } from "./rpc-error.ts";
import { StreamDuplex } from "./stream-duplex.ts";
import { upgrade } from "./upgrade.ts";

const channelOptions = {
  "grpc.default_authority": "localhost",
  "grpc.max_receive_message_length": messageLimit,
  "grpc.max_send_message_length": messageLimit,
  // Workers are reached as they are addressed: never through a web proxy.
  "grpc.enable_http_proxy": 0,
  "grpc.enable_channelz": 0,
  "grpc-node.flow_control_window": 4 << 20,
} as const;

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
  readonly #client: Client;

  constructor(worker: Discovered) {
    this.worker = worker;
    this.#client = new Client(channelTarget(worker), new WorkerCredentials(worker), channelOptions);
  }

  /** One request, one response. */
  call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    { signal, metadata }: CallOptions = {},
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const call = this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        asMetadata(metadata),
        (error: ServiceError | null, response?: Response) => {
          signal?.removeEventListener("abort", onAbort);
          if (error === null && response !== undefined) resolve(response);
          else reject(signal?.aborted === true ? signal.reason : translate(asRpcError(error)));
        },
      );
      const onAbort = () => call.cancel();
      signal?.addEventListener("abort", onAbort);
    });
  }

  /** One request, a stream of responses: ends quietly or throws as `call` rejects; leaving the loop cancels. */
  async *stream<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    { signal, metadata }: CallOptions = {},
  ): AsyncGenerator<Response> {
    signal?.throwIfAborted();
    const call = this.#client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      asMetadata(metadata),
    );
    const onAbort = () => call.cancel();
    signal?.addEventListener("abort", onAbort);
    try {
      for await (const response of call) yield response;
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : translate(asRpcError(error));
    } finally {
      signal?.removeEventListener("abort", onAbort);
      call.on("error", () => {});
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
    return new StreamDuplex(this.#sessionStream(headers));
  }

  #sessionStream(
    headers: Readonly<Record<string, string | readonly string[]>>,
  ): ClientDuplexStream<common.BytesMessage.$Properties, common.BytesMessage> {
    const { path, requestSerialize, responseDeserialize } = controlService.session;
    return this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, asMetadata(headers));
  }

  /** Ends every call that is under way and lets go of the socket. */
  close(): void {
    this.#client.close();
  }
}

function channelTarget({ endpoint: { address } }: Pick<Discovered, "endpoint">): string {
  if (address.kind === "container") return channelTarget({ endpoint: address.engine });
  if (address.kind === "socket") return `unix:${address.path}`;
  return address.host.includes(":") ? `ipv6:[${address.host}]:${address.port}` : `dns:${address.host}:${address.port}`;
}

function asMetadata(entries: Readonly<Record<string, string | readonly string[]>> = {}): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(entries)) {
    for (const each of typeof value === "string" ? [value] : value) metadata.add(key, each);
  }
  return metadata;
}

function asRpcError(error: unknown): RpcError {
  if (isServiceError(error)) return RpcError.from(error);
  return new RpcError(2, error instanceof Error ? error.message : "the call ended without an answer", [], {
    cause: error,
  });
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && typeof error.code === "number" && "details" in error;
}
