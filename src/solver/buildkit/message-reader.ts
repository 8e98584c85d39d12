import { messageLimit } from "./definition-size.ts";

/** Cuts what comes over the wire into messages. */
export class MessageReader {
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

/** The bytes before each message: whether it is compressed, and its length. */
export const headSize = 5;

export function putHead(bytes: Buffer, at: number, length: number): void {
  bytes[at] = 0;
  bytes[at + 1] = length >>> 24;
  bytes[at + 2] = length >>> 16;
  bytes[at + 3] = length >>> 8;
  bytes[at + 4] = length;
}
