import { Duplex } from "node:stream";
import { common } from "./proto/gen/buildkit.js";
import type { RpcCall } from "./rpc-channel.ts";
import type { CallListener } from "./rpc-reader.ts";

/** A gRPC stream of byte messages, both ways, as one byte stream: how a connection is carried inside another. */
export class StreamDuplex extends Duplex {
  readonly #call: RpcCall;

  constructor(start: (listener: CallListener) => RpcCall) {
    super();
    this.#call = start({
      message: (bytes) => {
        if (!this.push(common.BytesMessage.decode(bytes).data)) this.#call.pause();
      },
      end: (error) => {
        // The tunnel ends with an error status whenever either side hangs up: its end is all that matters here.
        if (error === undefined) this.push(null);
        else this.destroy();
      },
    });
  }

  override _read(): void {
    this.#call.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#call.send(common.BytesMessage.encode({ data: chunk }).finish(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#call.finish();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#call.cancel();
    done(error);
  }
}
