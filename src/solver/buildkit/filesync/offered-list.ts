import { headSize, putHead } from "../raw-call.ts";
import { kindOf } from "./file-mode.ts";
import { putStat, statAt, statRoom } from "./packet.ts";
import type { WalkedEntry } from "./walk.ts";

/**
 * The entries of a tree in the order of its walk, kept as the very messages that a worker is sent of them, and the
 * little that it is not told. Of some ten thousand entries as objects, the collector would move each one twice.
 */
export class OfferedList implements Iterable<WalkedEntry> {
  /** Of each entry, the memory that holds its packet, and where in it that begins. */
  readonly #memory: Buffer[] = [];
  readonly #starts: number[] = [];
  readonly #traits: number[] = [];
  #inodes: BigUint64Array = new BigUint64Array(256);
  #devices: BigUint64Array = new BigUint64Array(256);
  readonly #blocks: Block[] = [];
  /** The first block that is not sent as a whole, and what of it is. */
  #sendingBlock = 0;
  #sentEnd = 0;

  get length(): number {
    return this.#starts.length;
  }

  /** The entry's number is its place in the list. */
  add({ path, stat, link }: WalkedEntry): void {
    const named = { path, linkname: link ?? stat.target };
    const block = this.#blockFor(headSize + statRoom(named));
    const start = block.end + headSize;
    const end = putStat(block.bytes, start, named, stat);
    putHead(block.bytes, block.end, end - start);
    block.end = end;
    const id = this.#starts.push(start) - 1;
    this.#memory.push(block.bytes);
    this.#traits.push(
      (kindOf(stat.mode) === "file" ? isFile : 0) |
        (stat.hasOtherNames ? hasOtherNames : 0) |
        (stat.isSocket ? isSocket : 0) |
        (link === undefined ? 0 : isLink),
    );
    if (id === this.#inodes.length) {
      this.#inodes = grown(this.#inodes);
      this.#devices = grown(this.#devices);
    }
    this.#inodes[id] = stat.inode;
    this.#devices[id] = stat.device;
  }

  /** What was added since the last call: whole messages with their heads, in memory that nobody writes to again. */
  *fresh(): Generator<Uint8Array> {
    for (; ; this.#sendingBlock++, this.#sentEnd = 0) {
      const block = this.#blocks[this.#sendingBlock];
      if (block === undefined) return;
      const { bytes, end } = block;
      if (end > this.#sentEnd) yield bytes.subarray(this.#sentEnd, end);
      this.#sentEnd = end;
      if (this.#sendingBlock === this.#blocks.length - 1) return;
    }
  }

  /** Whether there is a regular file at this place. */
  isFile(id: number): boolean {
    return ((this.#traits[id] ?? 0) & isFile) !== 0;
  }

  /** @throws RangeError when there is no such place */
  at(id: number): WalkedEntry {
    const memory = this.#memory[id];
    const start = this.#starts[id];
    const traits = this.#traits[id];
    if (memory === undefined || start === undefined || traits === undefined) throw new RangeError(`no entry ${id}`);
    const { path, linkname, mode, size, mtime, devMajor, devMinor } = statAt(
      memory,
      start,
      start + memory.readUInt32BE(start - headSize + 1),
    );
    const isLinked = (traits & isLink) !== 0;
    return {
      path,
      link: isLinked ? linkname : undefined,
      stat: {
        mode,
        size,
        mtime,
        target: isLinked ? "" : linkname,
        devMajor,
        devMinor,
        device: this.#devices[id] ?? 0n,
        inode: this.#inodes[id] ?? 0n,
        hasOtherNames: (traits & hasOtherNames) !== 0,
        isSocket: (traits & isSocket) !== 0,
      },
    };
  }

  *[Symbol.iterator](): Iterator<WalkedEntry> {
    for (let id = 0; id < this.length; id++) yield this.at(id);
  }

  /** All that tells an entry from what stood there before: what a worker is told of it, and its inode. */
  *identity(): Generator<Uint8Array> {
    for (const { bytes, end } of this.#blocks) yield bytes.subarray(0, end);
    yield new Uint8Array(this.#inodes.buffer, 0, this.length * this.#inodes.BYTES_PER_ELEMENT);
  }

  #blockFor(room: number): Block {
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.end + room <= last.bytes.length) return last;
    const block = { bytes: Buffer.allocUnsafeSlow(Math.max(room, blockSize)), end: 0 };
    this.#blocks.push(block);
    return block;
  }
}

interface Block {
  readonly bytes: Buffer;
  end: number;
}

/** So much memory is taken at a time, in bytes. */
const blockSize = 64 * 1024;

const isFile = 1;
const hasOtherNames = 2;
const isSocket = 4;
const isLink = 8;

function grown(numbers: BigUint64Array): BigUint64Array {
  const more = new BigUint64Array(numbers.length * 2);
  more.set(numbers);
  return more;
}
