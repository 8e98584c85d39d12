import protobuf from "protobufjs/minimal.js";

/**
 * Writing of single protobuf fields as Go writes proto3: in the order that the caller keeps, zero values left out.
 * Everything is protobufjs's Writer, driven directly because its generated
 * encoders write oneofs at their number and maps in insertion order, and the digests of BuildKit need other orders.
 */
export type Writer = protobuf.Writer;

export function newWriter(): Writer {
  return protobuf.Writer.create();
}

/**
 * A writer with nothing written. It comes with the memory of one that was given back: new memory costs more than all
 * that is written into it.
 */
export function takeWriter(): Writer {
  const writer = spare ?? newWriter();
  spare = undefined;
  return writer;
}

/** What was written is read out; whoever gives a writer back does not write with it again. */
export function giveBack(writer: Writer): void {
  if (writer.buf.length <= mostSpareBytes) spare = writer.reset();
}

let spare: Writer | undefined;
const mostSpareBytes = 1024 * 1024;

const LEN = 2;
const VARINT = 0;

/** The tag of a field that holds a text, bytes, a message or packed numbers. */
export function lengthTag(field: number): number {
  return (field << 3) | LEN;
}

/** The tag of a number, a flag or an enum. */
export function numberTag(field: number): number {
  return (field << 3) | VARINT;
}

export function writeText(writer: Writer, field: number, text: string | undefined): void {
  if (text !== undefined && text !== "") writeString(writer, field, text);
}

/** Also the empty text: members of a repeated field and of map entries are always written. */
export function writeString(writer: Writer, field: number, text: string): void {
  if (!text.isWellFormed()) throw new NotUtf8();
  writer.uint32(lengthTag(field)).string(text);
}

/** A text with half a surrogate pair has no UTF-8 form, and protobuf allows no other. */
export class NotUtf8 extends Error {}

/**
 * Checked where what is written can be many times longer than what it is made of, and far below the length at which
 * buffers end. Workers take messages of 16 MB.
 */
export function checkLength(bytes: number): void {
  if (bytes > mostBytes) throw new TooLarge();
}

export class TooLarge extends Error {}

const mostBytes = 128 * 1024 * 1024;

export function writeTexts(writer: Writer, field: number, texts: readonly string[] | undefined): void {
  if (texts === undefined) return;
  for (const text of texts) writeString(writer, field, text);
}

export function writeBytes(writer: Writer, field: number, bytes: Uint8Array): void {
  if (bytes.length > 0) writer.uint32(lengthTag(field)).bytes(bytes);
}

export function writeFlag(writer: Writer, field: number, flag: boolean | undefined): void {
  if (flag === true) writer.uint32(numberTag(field)).bool(true);
}

/** An int32, uint32, int64 or enum that fits into a double's integers; negative ones take ten bytes in any of them. */
export function writeNumber(writer: Writer, field: number, value: number): void {
  if (value === 0) return;
  writer.uint32(numberTag(field));
  writeVarint(writer, value);
}

export function writeVarint(writer: Writer, value: number): void {
  if (value === -1) writer.raw(minusOne);
  else if (value >= 0 && value <= 0xffffffff) writer.uint32(value);
  else writer.int64(value);
}

export function writeBigint(writer: Writer, field: number, value: bigint | undefined): void {
  if (value === undefined || value === 0n) return;
  writer.uint32(numberTag(field));
  if (value === -1n) writer.raw(minusOne);
  else writer.int64(longOf(value));
}

/** As the two halves that protobufjs takes: its way from a text needs a library of its own. */
function longOf(value: bigint): protobuf.Long {
  const [low, high] = [Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n))];
  return new protobuf.util.LongBits(low, high).toLong(false);
}

const minusOne = new Uint8Array([255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
