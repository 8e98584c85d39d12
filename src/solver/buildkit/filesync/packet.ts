import { type BytePath, bytePath } from "./byte-path.ts";
import type { Attributes } from "./extended-attributes.ts";

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
  /** As they were received; sent they are by `withAttributes`. */
  readonly attributes?: Attributes | undefined;
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
  const bytes = Buffer.allocUnsafe(statRoom(stat));
  return bytes.subarray(0, putStat(bytes, 0, stat, stat));
}

type StatNames = Pick<Stat, "path" | "linkname">;

/** So many bytes are enough for the packet of an entry. */
export function statRoom({ path, linkname }: StatNames): number {
  return path.length + linkname.length + 80;
}

/** Writes the packet of an entry, and gives its end. */
export function putStat(bytes: Buffer, start: number, names: StatNames, stat: Omit<Stat, keyof StatNames>): number {
  time[0] = stat.mtime;
  const inner =
    sizedText(names.path) +
    sizedVarint(stat.mode) +
    sizedVarint(stat.size) +
    (stat.mtime === 0n ? 0 : 1 + longVarintSize(timeLow(), timeHigh())) +
    sizedText(names.linkname) +
    sizedVarint(stat.devMajor) +
    sizedVarint(stat.devMinor);
  bytes[start] = 0x12;
  let at = putVarint(bytes, start + 1, inner);
  at = putText(bytes, at, 0x0a, names.path);
  at = putField(bytes, at, 0x10, stat.mode);
  at = putField(bytes, at, 0x28, stat.size);
  if (stat.mtime !== 0n) {
    bytes[at] = 0x30;
    at = putLongVarint(bytes, at + 1, timeLow(), timeHigh());
  }
  at = putText(bytes, at, 0x3a, names.linkname);
  at = putField(bytes, at, 0x40, stat.devMajor);
  return putField(bytes, at, 0x48, stat.devMinor);
}

/** A place where the halves of a time can be had without the arithmetic of large integers. */
const time = new BigInt64Array(1);
const timeHalves = new Uint32Array(time.buffer);
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
const timeLow = () => timeHalves[isLittleEndian ? 0 : 1] ?? 0;
const timeHigh = () => timeHalves[isLittleEndian ? 1 : 0] ?? 0;

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

/** How long the head of a packet of contents is; at most {@link dataRoom}. In bytes. */
export function dataHeadSize(length: number, id: number): number {
  return 2 + sizedVarint(id) + (length === 0 ? 0 : 1 + varintSize(length));
}

export const dataRoom = 14;

/**
 * Makes the packet of contents that stand in `bytes` from `contentsAt` on, by writing its head right before them. An
 * empty one ends the contents of a file.
 * @returns where the packet begins.
 */
export function putDataHead(bytes: Buffer, contentsAt: number, length: number, id: number): number {
  const start = contentsAt - dataHeadSize(length, id);
  bytes[start] = 0x08;
  bytes[start + 1] = TYPE_DATA;
  const at = putField(bytes, start + 2, 0x18, id);
  if (length !== 0) {
    bytes[at] = 0x22;
    putVarint(bytes, at + 1, length);
  }
  return start;
}

/** Reads what `putStat` wrote. @throws MalformedPacket */
export function statAt(bytes: Uint8Array, start: number, end: number): Stat {
  const reader = new Reader(bytes, start, end);
  if (reader.number() !== 0x12) throw new MalformedPacket("not the packet of an entry");
  return decodeStat(reader.message());
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
    else if (tag === 0x12) stat = decodeStat(reader.message());
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

/** Owners are not kept: what arrives belongs to who receives it. */
function decodeStat(reader: Reader): Stat {
  let path = "";
  let mode = 0;
  let size = 0;
  let mtime = 0n;
  let linkname = "";
  let devMajor = 0;
  let devMinor = 0;
  let attributes: Map<string, Buffer> | undefined;
  while (!reader.done) {
    const tag = reader.number();
    if (tag === 0x0a) path = reader.text();
    else if (tag === 0x10) mode = reader.number();
    else if (tag === 0x28) size = reader.number();
    else if (tag === 0x30) mtime = reader.signed();
    else if (tag === 0x3a) linkname = reader.text();
    else if (tag === 0x40) devMajor = reader.number();
    else if (tag === 0x48) devMinor = reader.number();
    else if (tag === 0x52)
      attributes = (attributes ?? new Map<string, Buffer>()).set(...decodeAttribute(reader.message()));
    else reader.skip(tag);
  }
  return { path, mode, size, mtime, linkname, devMajor, devMinor, attributes };
}

function decodeAttribute(reader: Reader): [name: string, value: Buffer] {
  let name = "";
  let value: Uint8Array = nothing;
  while (!reader.done) {
    const tag = reader.number();
    if (tag === 0x0a) name = reader.text();
    else if (tag === 0x12) value = reader.bytes();
    else reader.skip(tag);
  }
  return [name, Buffer.from(value)];
}

const nothing = new Uint8Array(0);

class Reader {
  readonly #bytes: Uint8Array;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** A varint that a number holds exactly. */
  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      if (scale > 2 ** 49) throw new MalformedPacket("a number is too large");
    }
    if (!Number.isSafeInteger(value)) throw new MalformedPacket("a number is too large");
    return value;
  }

  /** A 64-bit varint in two's complement. */
  signed(): bigint {
    let low = 0;
    let high = 0;
    for (let count = 0, scale = 1; ; count++) {
      const byte = this.#byte();
      if (count < 4) low |= (byte & 0x7f) << (7 * count);
      else {
        high += (byte & 0x7f) * scale;
        scale *= 128;
      }
      if (byte < 0x80) break;
      if (count === 9) throw new MalformedPacket("a number is too large");
    }
    // Four bytes hold 28 bits, and the others the rest.
    timeHalves[isLittleEndian ? 0 : 1] = low | (high << 28);
    timeHalves[isLittleEndian ? 1 : 0] = Math.floor(high / 16);
    return time[0] ?? 0n;
  }

  bytes(): Uint8Array {
    const end = this.#sizedEnd();
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  text(): BytePath {
    const end = this.#sizedEnd();
    const bytes = this.#bytes;
    const text = Buffer.isBuffer(bytes)
      ? bytes.toString("latin1", this.#at, end)
      : bytePath(bytes.subarray(this.#at, end));
    this.#at = end;
    return text;
  }

  /** A message within this one. */
  message(): Reader {
    const end = this.#sizedEnd();
    const reader = new Reader(this.#bytes, this.#at, end);
    this.#at = end;
    return reader;
  }

  #byte(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at++] : undefined;
    if (byte === undefined) throw new MalformedPacket("the packet is cut off");
    return byte;
  }

  #sizedEnd(): number {
    const length = this.number();
    const end = this.#at + length;
    if (end > this.#end) throw new MalformedPacket("the packet is cut off");
    return end;
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

/** Of 64 bits in two halves. */
function longVarintSize(low: number, high: number): number {
  if (high === 0) return varintSize(low);
  // The first four bytes hold 28 bits; a number holds the other 36 exactly.
  return 4 + varintSize(high * 16 + (low >>> 28));
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
  for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80;
  for (; rest >= 128; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}

function putLongVarint(bytes: Buffer, start: number, low: number, high: number): number {
  if (high === 0) return putVarint(bytes, start, low);
  let rest = low;
  for (let at = start; at < start + 4; at++, rest >>>= 7) bytes[at] = (rest & 0x7f) | 0x80;
  return putVarint(bytes, start + 4, high * 16 + (low >>> 28));
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
