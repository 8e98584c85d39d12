import type { Timestamp } from "../timestamp.ts";

const blockSize = 512;

/**
 * Whether a file that begins like this is an archive that a worker unpacks: compressed by bzip2, gzip or xz, or a tar
 * whose first entry can be read from these bytes alone, as BuildKit judges it.
 */
export function isArchive(start: Uint8Array): boolean {
  if (magics.some((magic) => magic.every((byte, index) => start[index] === byte))) return true;
  return !entriesOf(start).next().done;
}

/**
 * The newest modification time of the regular files of a tar, plain or compressed by gzip; undefined for an archive
 * without files and for anything else. Other compressions need programs that BuildKit's frontend image lacks too.
 */
export async function newestFileTime(file: Uint8Array): Promise<Timestamp | undefined> {
  let newest: bigint | undefined;
  const entries = entriesOf(await decompress(file));
  for (;;) {
    const next = entries.next();
    // A tar that breaks off in the middle tells nothing, whatever came before.
    if (next.done) return next.value && newest !== undefined ? { nanoseconds: newest, offset: 0 } : undefined;
    const { regular, modified } = next.value;
    if (regular && (newest === undefined || modified > newest)) newest = modified;
  }
}

interface Entry {
  readonly regular: boolean;
  /** Nanoseconds since 1970. */
  readonly modified: bigint;
}

const magics = [
  [0x42, 0x5a, 0x68],
  [0x1f, 0x8b, 0x08],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
];

async function decompress(file: Uint8Array): Promise<Uint8Array> {
  if (file[0] !== 0x1f || file[1] !== 0x8b) return file;
  const { gunzipSync } = await import("node:zlib");
  try {
    return gunzipSync(file);
  } catch {
    return new Uint8Array();
  }
}

/** Walks the entries; the return value says whether the archive ended as it should. */
function* entriesOf(tar: Uint8Array): Generator<Entry, boolean> {
  let records: ReadonlyMap<string, string> = new Map();
  for (let at = 0; at < tar.length; ) {
    const header = tar.subarray(at, at + blockSize);
    if (header.length < blockSize) return false;
    // Two blocks of zeros end an archive; what ends after one is let through.
    if (isZero(header)) return isZero(tar.subarray(at + blockSize, at + 2 * blockSize));
    if (!hasValidChecksum(header)) return false;
    const type = String.fromCharCode(header[156] ?? 0);
    const size = Number(records.get("size") ?? numberAt(header, 124, 12) ?? Number.NaN);
    if (!Number.isSafeInteger(size) || size < 0) return false;
    const end = at + blockSize + size;
    const next = at + blockSize + Math.ceil(size / blockSize) * blockSize;
    if (type === "x" || type === "L" || type === "K") {
      if (next > tar.length) return false;
      if (type === "x") {
        const read = readRecords(tar.subarray(at + blockSize, end));
        if (read === undefined) return false;
        records = read;
      }
      at = next;
      continue;
    }
    const modified = modifiedAt(header, records);
    if (modified === undefined) return false;
    yield { regular: isRegular(type, header), modified };
    records = new Map();
    // The reader only finds out about a missing body when it asks for the next entry.
    if (end > tar.length) return false;
    at = next;
  }
  return true;
}

/** Hard links count: Go sees no other kind in them. */
function isRegular(type: string, header: Uint8Array): boolean {
  if (type === "\0" && lastOfName(header) === "/") return false;
  const kind = Number(numberAt(header, 100, 8) ?? 0n) & ~0o7777;
  return !"23456g".includes(type) && (kind === 0 || kind === 0o100000);
}

function lastOfName(header: Uint8Array): string {
  const end = header.subarray(0, 100).indexOf(0);
  return String.fromCharCode(header[(end === -1 ? 100 : end) - 1] ?? 0);
}

function modifiedAt(header: Uint8Array, records: ReadonlyMap<string, string>): bigint | undefined {
  const record = records.get("mtime");
  if (record === undefined) {
    const seconds = numberAt(header, 136, 12);
    return seconds === undefined ? undefined : seconds * 1_000_000_000n;
  }
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(record);
  if (match === null) return undefined;
  const [, sign, whole = "0", fraction = ""] = match;
  const nanoseconds = BigInt(whole) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, "0"));
  return sign === "-" ? -nanoseconds : nanoseconds;
}

/** A number of a header: octal text, or binary when the first bit is set. */
function numberAt(header: Uint8Array, start: number, length: number): bigint | undefined {
  const field = header.subarray(start, start + length);
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = BigInt(first & 0x7f);
    for (const byte of field.subarray(1)) value = (value << 8n) | BigInt(byte);
    return (first & 0x40) === 0 ? value : BigInt.asIntN(length * 8 - 1, value);
  }
  const text = Buffer.from(field)
    .toString("latin1")
    .replace(/^[ \0]+/, "")
    .replace(/[ \0].*$/s, "");
  if (text === "") return 0n;
  return /^[0-7]+$/.test(text) ? BigInt(`0o${text}`) : undefined;
}

function hasValidChecksum(header: Uint8Array): boolean {
  const written = numberAt(header, 148, 8);
  let unsigned = 0;
  let signed = 0;
  for (const [index, byte] of header.entries()) {
    const value = index >= 148 && index < 156 ? 0x20 : byte;
    unsigned += value;
    signed += (value << 24) >> 24;
  }
  return written === BigInt(unsigned) || written === BigInt(signed);
}

/** The records of a pax header: `length key=value` and a newline each. */
function readRecords(body: Uint8Array): ReadonlyMap<string, string> | undefined {
  const records = new Map<string, string>();
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const digits = space === -1 ? "" : bytes.toString("latin1", at, space);
    const end = at + Number(digits);
    if (!/^\d+$/.test(digits) || end > bytes.length || end <= space || bytes[end - 1] !== 0x0a) return undefined;
    const record = bytes.toString("utf8", space + 1, end - 1);
    const equals = record.indexOf("=");
    if (equals <= 0) return undefined;
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return records;
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}
