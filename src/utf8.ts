import { isUtf8 } from "node:buffer";

declare global {
  /** Part of every Node from 20 on. */
  interface String {
    isWellFormed(): boolean;
    toWellFormed(): string;
  }
}

/**
 * Bytes as text without losing any: a byte that is not part of valid UTF-8 becomes one lone low surrogate, U+DC00 plus
 * its value (U+DC80 to U+DCFF). Such units cannot come from valid UTF-8, so `encodeUtf8` gives the same bytes again.
 * A byte order mark is kept.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString("utf8");
  const parts: string[] = [];
  for (let at = 0; at < buffer.length; ) {
    const start = at;
    for (let width = sequenceWidth(buffer, at); at < buffer.length && width > 0; width = sequenceWidth(buffer, at)) {
      at += width;
    }
    if (at > start) parts.push(buffer.toString("utf8", start, at));
    const odd = at;
    while (at < buffer.length && sequenceWidth(buffer, at) === 0) at++;
    if (at > odd) parts.push(oddText(buffer.subarray(odd, at)));
  }
  return parts.join("");
}

function oddText(bytes: Uint8Array): string {
  const units = Buffer.alloc(bytes.length * 2, 0xdc);
  for (let at = 0; at < bytes.length; at++) units[2 * at] = bytes[at] ?? 0;
  return units.toString("utf16le");
}

/** The inverse of `decodeUtf8`. A lone surrogate that stands for no byte is written as U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text, "utf8");
  // A lone surrogate comes out as the three bytes of U+FFFD, to be replaced by its one byte.
  const bytes = Buffer.from(text, "utf8");
  let read = 0;
  let written = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes[written++] = bytes[read++] ?? 0;
    else if (unit >= 0xdc80 && unit <= 0xdcff) {
      bytes[written++] = unit - 0xdc00;
      read += 3;
    } else {
      const isPair = (text.codePointAt(at) ?? 0) > 0xffff;
      const width = isPair ? 4 : unit < 0x800 ? 2 : 3;
      bytes.copyWithin(written, read, read + width);
      read += width;
      written += width;
      if (isPair) at++;
    }
  }
  return bytes.subarray(0, written);
}

/**
 * The bytes of a Dockerfile, which may be given as a text.
 * @throws TypeError where it is neither: programs without types may give anything.
 */
export function utf8Bytes(source: string | Uint8Array): Uint8Array {
  if (typeof source === "string") return encodeUtf8(source);
  if (ArrayBuffer.isView(source)) return source;
  throw new TypeError(`a Dockerfile is a string or a Uint8Array, and not ${source === null ? "null" : typeof source}`);
}

/** Whether the text has a UTF-8 form: no lone surrogate, thus no byte of invalid UTF-8, is in it. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}

/** The text with U+FFFD for every lone surrogate: what Go makes of invalid bytes wherever it reads by characters. */
export function toWellFormed(text: string): string {
  return text.toWellFormed();
}

/** Orders texts by their UTF-8 bytes, as Go orders strings. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    // Units below the surrogates order as their bytes do; above, only the bytes tell.
    if (left < 0xd800 && right < 0xd800) return left - right;
    return Buffer.compare(encodeUtf8(a), encodeUtf8(b));
  }
  return a.length - b.length;
}

/** The width of the valid UTF-8 sequence at `at`, or 0: no overlong form, no surrogate, nothing past U+10FFFF. */
function sequenceWidth(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  if (first < 0xe0) return 2;
  if (!isContinuation(bytes[at + 2])) return 0;
  if (first < 0xf0) return 3;
  return isContinuation(bytes[at + 3]) ? 4 : 0;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte <= 0xbf;
}
