import { Duplex, type Readable, type Writable } from "node:stream";

/** A stream to read and a stream to write as one byte stream: how BuildKit talks to a frontend in a container. */
export class StdioDuplex extends Duplex {
  readonly #input: Readable;
  readonly #output: Writable;

  constructor(input: Readable, output: Writable) {
    super();
    this.#input = input;
    this.#output = output;
    input.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) input.pause();
    });
    input.on("end", () => this.push(null));
    input.on("error", (error) => this.destroy(error));
    output.on("error", (error) => this.destroy(error));
  }

  override _read(): void {
    this.#input.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#output.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#output.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#input.destroy();
    this.#output.destroy();
    done(error);
  }
}
