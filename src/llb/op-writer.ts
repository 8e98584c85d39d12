import { digestOf } from "../digest.ts";
import { encodeOp } from "./encode-op.ts";
import type { Op } from "./op.ts";
import { giveBack, lengthTag, takeWriter, type Writer } from "./wire.ts";

/**
 * Writes a definition: its ops one behind the other, where they stand in it, and then the rest. What each op is by itself
 * is a view of that, so that nothing is there twice.
 */
export class OpWriter {
  readonly #writer: Writer = takeWriter();
  readonly #places: { readonly before: number; readonly start: number; readonly end: number }[] = [];

  /** Bytes so far. */
  get length(): number {
    return this.#writer.pos;
  }

  /**
   * Writes an op and gives its digest.
   * @throws NotUtf8
   */
  write(op: Op): string {
    const writer = this.#writer;
    const before = writer.pos;
    writer.uint32(lengthTag(1)).fork();
    const inside = writer.pos;
    encodeOp(writer, op);
    const length = writer.pos - inside;
    // Moves what is inside, where its length takes more than a byte.
    writer.ldelim();
    const start = writer.pos - length;
    this.#places.push({ before, start, end: writer.pos });
    return digestOf(writer.buf.subarray(start, writer.pos));
  }

  /** Writes an op that has its bytes already. */
  copy(bytes: Uint8Array): void {
    const before = this.#writer.pos;
    this.#writer.uint32(lengthTag(1)).bytes(bytes);
    const end = this.#writer.pos;
    this.#places.push({ before, start: end - bytes.length, end });
  }

  /** Takes the last op back, which is there already. */
  takeBack(): void {
    const last = this.#places.pop();
    if (last !== undefined) this.#writer.pos = last.before;
  }

  /** Has the rest written. The writer is of no use after it. */
  finish(writeRest: (writer: Writer) => void): { readonly def: Uint8Array[]; readonly bytes: Uint8Array } {
    writeRest(this.#writer);
    const bytes = this.#writer.finish();
    giveBack(this.#writer);
    return { bytes, def: this.#places.map(({ start, end }) => bytes.subarray(start, end)) };
  }
}
