/**
 * Writes protobuf messages field by field, in the order that the caller keeps. A message within a message is what is
 * written between `fork` and `ldelim`, after its tag.
 *
 * Our own, since a compile writes some ten thousand fields and must also start fast: the writer that generated code
 * needs comes with a library of 64-bit numbers in WebAssembly, which takes longer to load than a small compile does.
 */
export class Writer {
  #buffer: Buffer;
  #pos = 0;
  /** Where the lengths of the open messages stand; one byte is kept for each. */
  readonly #open: number[] = [];

  constructor(capacity = 2048) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  /** How many bytes were written. */
  get pos(): number {
    return this.#pos;
  }

  uint32(value: number): this {
    this.#reserve(5);
    this.#putVarint(value >>> 0);
    return this;
  }

  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0);
  }

  /** An int64 or uint64; negative ones take ten bytes. */
  int64(value: number | bigint): this {
    let rest = BigInt.asUintN(64, BigInt(value));
    this.#reserve(10);
    while (rest > 0x7fn) {
      this.#buffer[this.#pos++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#pos++] = Number(rest);
    return this;
  }

  /** A text in UTF-8 with its length in front. */
  string(text: string): this {
    if (text.length > longestShort || !this.#putAscii(text)) this.#putText(text);
    return this;
  }

  bytes(value: Uint8Array): this {
    return this.uint32(value.length).raw(value);
  }

  /** Bytes that are fields already. */
  raw(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#pos);
    this.#pos += value.length;
    return this;
  }

  /** Begins a message within this one. */
  fork(): this {
    this.#reserve(1);
    this.#open.push(this.#pos++);
    return this;
  }

  /** Ends the message begun last and puts its length in front of it. */
  ldelim(): this {
    const at = this.#open.pop();
    if (at === undefined) throw new Error("no message is open");
    this.#putLength(at, this.#pos - at - 1, 1);
    return this;
  }

  /** The bytes written: a copy, or a view of what the next write may change. */
  finish(shared = false): Uint8Array {
    const written = this.#buffer.subarray(0, this.#pos);
    return shared ? written : Buffer.from(written);
  }

  reset(): this {
    this.#pos = 0;
    this.#open.length = 0;
    return this;
  }

  #reserve(count: number): void {
    const needed = this.#pos + count;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#pos);
    this.#buffer = larger;
  }

  #putVarint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#buffer[this.#pos++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#pos++] = rest;
  }

  /** A short text with one byte of length; false, and nothing written, for one that is not ASCII. */
  #putAscii(text: string): boolean {
    const { length } = text;
    this.#reserve(length + 1);
    const buffer = this.#buffer;
    let at = this.#pos;
    buffer[at++] = length;
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) return false;
      buffer[at++] = unit;
    }
    this.#pos = at;
    return true;
  }

  #putText(text: string): void {
    // A UTF-16 unit takes at most three bytes. Most texts are ASCII, and need as many for their length as guessed.
    this.#reserve(text.length * 3 + 5);
    const at = this.#pos;
    const width = varintWidth(text.length);
    const length = this.#buffer.write(text, at + width, "utf8");
    this.#pos = at + width + length;
    this.#putLength(at, length, width);
  }

  /** Writes a length at `at`, where `width` bytes are free for it; what follows moves on if that is not enough. */
  #putLength(at: number, length: number, width: number): void {
    const end = this.#pos;
    const more = varintWidth(length) - width;
    if (more > 0) {
      this.#reserve(more);
      this.#buffer.copyWithin(at + width + more, at + width, end);
    }
    this.#pos = at;
    this.#putVarint(length);
    this.#pos = end + more;
  }
}

/** Longer ones are left to the system, which is slow to call and fast at work. */
const longestShort = 0x7f;

function varintWidth(value: number): number {
  let width = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) width++;
  return width;
}
