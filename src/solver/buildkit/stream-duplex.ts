import { Duplex } from "node:stream";
import type { ClientDuplexStream } from "@grpc/grpc-js";
import type { common } from "./proto/gen/buildkit.js";

/** A gRPC stream of byte messages, both ways, as one byte stream: how a connection is carried inside another. */
export class StreamDuplex extends Duplex {
  readonly #stream: ClientDuplexStream<common.BytesMessage.$Properties, common.BytesMessage>;

  constructor(stream: ClientDuplexStream<common.BytesMessage.$Properties, common.BytesMessage>) {
    super();
    this.#stream = stream;
    stream.on("data", ({ data }) => {
      if (!this.push(data)) stream.pause();
    });
    stream.on("end", () => this.push(null));
    // The tunnel ends with an error status whenever either side hangs up: its end is all that matters here.
    stream.on("error", () => this.destroy());
  }

  override _read(): void {
    this.#stream.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#stream.write({ data: chunk }, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#stream.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stream.cancel();
    done(error);
  }
}
