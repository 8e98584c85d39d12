import type { Socket } from "node:net";
import { type CallCredentials, ChannelCredentials, credentials } from "@grpc/grpc-js";
import { execInContainer } from "./container-exec.ts";
import { secure } from "./dial.ts";
import type { Discovered } from "./discover.ts";
import { upgrade } from "./upgrade.ts";

type SecureConnector = ReturnType<ChannelCredentials["_createSecureConnector"]>;

/**
 * How a gRPC channel's own socket becomes one to the worker: TLS where the endpoint has it, for a Docker engine the
 * upgrade of `POST /grpc`, for a container a command in it. grpc-js calls this for every connection it makes, so a reconnect does the same again.
 */
export class WorkerCredentials extends ChannelCredentials {
  readonly #worker: Discovered;

  constructor(worker: Discovered) {
    super();
    this.#worker = worker;
  }

  override _isSecure(): boolean {
    return false;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(): SecureConnector {
    return {
      connect: async (socket) => ({ socket: await this.#prepare(socket), secure: false }),
      waitForReady: async () => {},
      getCallCredentials: noCallCredentials,
      destroy: () => {},
    };
  }

  async #prepare(plain: Socket): Promise<Socket> {
    const socket = await secure(plain, this.#worker.endpoint);
    const { address } = this.#worker.endpoint;
    if (address.kind === "container") return execInContainer(socket, address);
    return this.#worker.protocol === "docker" ? upgrade(socket, "/grpc") : socket;
  }
}

function noCallCredentials(): CallCredentials {
  return credentials.createEmpty();
}
