import { type BytePath, bytePath } from "./byte-path.ts";

/**
 * The messages of fsutil's protocol, read and written by hand: names are bytes that need not be UTF-8, times are exact
 * to the nanosecond, and the contents of files are sent from the very buffer that they were read into.
 */
export type Packet =
  /** An entry of the tree; undefined ends the list. Its place in the list is its id. */
  | { readonly kind: "stat"; readonly stat: Stat | undefined }
  | { readonly kind: "request"; readonly id: number }
  /** A chunk of a file's contents; an empty one ends them. The bytes are a view of the message. */
  | { readonly kind: "data"; readonly id: number; readonly data: Uint8Array }
  | { readonly kind: "finish" }
  | { readonly kind: "error"; readonly message: string };

/** An entry of a tree as it goes over the wire. */
export interface Stat {
  readonly path: BytePath;
  /** In Go's bits, see `file-mode.ts`. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  /** Nanoseconds since the epoch; before it, negative. */
  readonly mtime: bigint;
  /** What a symbolic link points at, or the earlier path of the same file (a hard link); else empty. */
  readonly linkname: BytePath;
  readonly devMajor: number;
  readonly devMinor: number;
}

/** A message that no side of the protocol sends. */
export class MalformedPacket extends Error {
  override readonly name = "MalformedPacket";
}

const TYPE_REQUEST = 1;
const TYPE_DATA = 2;
const TYPE_FINISH = 3;
const TYPE_ERROR = 4;

/** The end of the list of entries, and of the transfer: packets without contents. */
export const endOfStats: Buffer = Buffer.alloc(0);
export const finishPacket: Buffer = Buffer.from([0x08, TYPE_FINISH]);

/** The packet of one entry. Owner and group are always 0, as BuildKit's clients send them. */
export function encodeStat(stat: Stat): Buffer {
  const mtime = BigInt.asUintN(64, stat.mtime);
  const inner =
    sizedText(stat.path) +
    sizedVarint(stat.mode) +
    sizedVarint(stat.size) +
    (mtime === 0n ? 0 : 1 + bigVarintSize(mtime)) +
    sizedText(stat.linkname) +
    sizedVarint(stat.devMajor) +
    sizedVarint(stat.devMinor);
  const bytes = Buffer.allocUnsafe(1 + varintSize(inner) + inner);
  bytes[0] = 0x12;
  let at = putVarint(bytes, 1, inner);
  at = putText(bytes, at, 0x0a, stat.path);
  at = putField(bytes, at, 0x10, stat.mode);
  at = putField(bytes, at, 0x28, stat.size);
  if (mtime !== 0n) {
    bytes[at] = 0x30;
    at = putBigVarint(bytes, at + 1, mtime);
  }
  at = putText(bytes, at, 0x3a, stat.linkname);
  at = putField(bytes, at, 0x40, stat.devMajor);
  putField(bytes, at, 0x48, stat.devMinor);
  return bytes;
}

export function encodeRequest(id: number): Buffer {
  const bytes = Buffer.allocUnsafe(2 + sizedVarint(id));
  bytes[0] = 0x08;
  bytes[1] = TYPE_REQUEST;
  putField(bytes, 2, 0x18, id);
  return bytes;
}

export function encodeError(message: string): Buffer {
  const text = Buffer.from(message, "utf8");
  const head = Buffer.allocUnsafe(2 + 1 + varintSize(text.length));
  head[0] = 0x08;
  head[1] = TYPE_ERROR;
  head[2] = 0x22;
  putVarint(head, 3, text.length);
  return Buffer.concat([head, text]);
}

/** How many bytes must be free before the contents that {@link frameData} is to frame. */
export const dataHeadroom = 14;

/**
 * Makes the packet of contents that stand in `buffer` from `dataHeadroom` on, by writing its head right before them.
 * @returns the part of the buffer that is the packet.
 */
export function frameData(buffer: Buffer, length: number, id: number): Buffer {
  const start = dataHeadroom - 2 - sizedVarint(id) - (length === 0 ? 0 : 1 + varintSize(length));
  buffer[start] = 0x08;
  buffer[start + 1] = TYPE_DATA;
  const at = putField(buffer, start + 2, 0x18, id);
  if (length !== 0) {
    buffer[at] = 0x22;
    putVarint(buffer, at + 1, length);
  }
  return buffer.subarray(start, dataHeadroom + length);
}

/** @throws MalformedPacket */
export function decodePacket(bytes: Uint8Array): Packet {
  const reader = new Reader(bytes);
  let type = 0;
  let id = 0;
  let stat: Stat | undefined;
  let data: Uint8Array = nothing;
  while (!reader.done) {
    const tag = reader.number();
    if (tag === 0x08) type = reader.number();
    else if (tag === 0x12) stat = decodeStat(reader.bytes());
    else if (tag === 0x18) id = reader.number();
    else if (tag === 0x22) data = reader.bytes();
    else reader.skip(tag);
  }
  if (type === 0) return { kind: "stat", stat };
  if (type === TYPE_REQUEST) return { kind: "request", id };
  if (type === TYPE_DATA) return { kind: "data", id, data };
  if (type === TYPE_FINISH) return { kind: "finish" };
  if (type === TYPE_ERROR) return { kind: "error", message: Buffer.from(data).toString("utf8") };
  throw new MalformedPacket(`unknown packet type ${type}`);
}

/** The bytes in a BytesMessage, the only message of tar-like exports. @throws MalformedPacket */
export function decodeBytesMessage(bytes: Uint8Array): Uint8Array {
  const reader = new Reader(bytes);
  let data: Uint8Array = nothing;
  while (!reader.done) {
    const tag = reader.number();
    if (tag === 0x0a) data = reader.bytes();
    else reader.skip(tag);
  }
  return data;
}

/** Owners are not kept: what arrives belongs to who receives it. Extended attributes are out of Node's reach. */
function decodeStat(bytes: Uint8Array): Stat {
  const reader = new Reader(bytes);
  let path = "";
  let mode = 0;
  let size = 0;
  let mtime = 0n;
  let linkname = "";
  let devMajor = 0;
  let devMinor = 0;
  while (!reader.done) {
    const tag = reader.number();
    if (tag === 0x0a) path = reader.text();
    else if (tag === 0x10) mode = reader.number();
    else if (tag === 0x28) size = reader.number();
    else if (tag === 0x30) mtime = reader.signed();
    else if (tag === 0x3a) linkname = reader.text();
    else if (tag === 0x40) devMajor = reader.number();
    else if (tag === 0x48) devMinor = reader.number();
    else reader.skip(tag);
  }
  return { path, mode, size, mtime, linkname, devMajor, devMinor };
}

const nothing = new Uint8Array(0);

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A varint that a number holds exactly. */
  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new MalformedPacket("the packet is cut off");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      if (scale > 2 ** 49) throw new MalformedPacket("a number is too large");
    }
    if (!Number.isSafeInteger(value)) throw new MalformedPacket("a number is too large");
    return value;
  }

  /** A 64-bit varint in two's complement. */
  signed(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new MalformedPacket("the packet is cut off");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
      if (shift >= 63n) throw new MalformedPacket("a number is too large");
    }
  }

  bytes(): Uint8Array {
    const length = this.number();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new MalformedPacket("the packet is cut off");
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  text(): BytePath {
    return bytePath(this.bytes());
  }

  skip(tag: number): void {
    const wireType = tag & 7;
    if (wireType === 0) this.signed();
    else if (wireType === 1) this.#at += 8;
    else if (wireType === 2) this.bytes();
    else if (wireType === 5) this.#at += 4;
    else throw new MalformedPacket(`unknown wire type ${wireType}`);
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

function bigVarintSize(value: bigint): number {
  let size = 1;
  for (let rest = value >> 7n; rest !== 0n; rest >>= 7n) size++;
  return size;
}

function sizedVarint(value: number): number {
  return value === 0 ? 0 : 1 + varintSize(value);
}

function sizedText(text: BytePath): number {
  return text.length === 0 ? 0 : 1 + varintSize(text.length) + text.length;
}

function putVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80;
  bytes[at++] = rest;
  return at;
}

function putBigVarint(bytes: Buffer, start: number, value: bigint): number {
  let at = start;
  // Seven bytes at a time fit a number: 2^49.
  const low = Number(value & 0x1ffffffffffffn);
  const high = Number(value >> 49n);
  if (high === 0) return putVarint(bytes, at, low);
  let rest = low;
  for (let count = 0; count < 7; count++, rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80;
  return putVarint(bytes, at, high);
}

/** A varint field; zero is what an absent one means. */
function putField(bytes: Buffer, at: number, tag: number, value: number): number {
  if (value === 0) return at;
  bytes[at] = tag;
  return putVarint(bytes, at + 1, value);
}

function putText(bytes: Buffer, at: number, tag: number, text: BytePath): number {
  if (text.length === 0) return at;
  bytes[at] = tag;
  const start = putVarint(bytes, at + 1, text.length);
  bytes.write(text, start, "latin1");
  return start + text.length;
}
