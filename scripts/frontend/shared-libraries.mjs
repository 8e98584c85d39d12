import { readFileSync } from "node:fs";

const sectionTypes = { dynamic: 6 };
const tags = { needed: 1 };

/**
 * The names of the shared libraries that a 64-bit little-endian ELF file names itself, such as `libc.so.6`.
 * @param {string} file
 * @returns {string[]}
 */
export function sharedLibraries(file) {
  const bytes = readFileSync(file);
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1)
    throw new Error(`${file} is no 64-bit little-endian ELF file`);
  const sections = sectionHeaders(bytes);
  const dynamic = sections.find(({ type }) => type === sectionTypes.dynamic);
  if (dynamic === undefined) return [];
  const names = sections[dynamic.link].offset;
  const found = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    if (number(bytes, at) !== tags.needed) continue;
    const start = names + number(bytes, at + 8);
    found.push(bytes.toString("latin1", start, bytes.indexOf(0, start)));
  }
  return found;
}

function sectionHeaders(bytes) {
  const [start, size, count] = [number(bytes, 0x28), bytes.readUInt16LE(0x3a), bytes.readUInt16LE(0x3c)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: number(bytes, at + 0x18),
      size: number(bytes, at + 0x20),
      link: bytes.readUInt32LE(at + 0x28),
    };
  });
}

function number(bytes, at) {
  return Number(bytes.readBigUInt64LE(at));
}
