import { errnoOf } from "../../../errno.ts";
import { headSize } from "../raw-call.ts";
import { type BytePath, pathText } from "./byte-path.ts";
import type { OfferedList } from "./offered-list.ts";
import { dataHeadSize, dataRoom, putDataHead } from "./packet.ts";
import { CallOver, type PacketStream } from "./packet-stream.ts";
import { contentsChanged, type Tree, type TreeFile } from "./tree.ts";
import { UnreadableEntry, type WalkedEntry } from "./walk.ts";

/** A file is no longer the one that was listed. */
export class ChangedEntry extends Error {
  override readonly name = "ChangedEntry";
  readonly path: BytePath;

  constructor(path: BytePath) {
    super(`${pathText(path)} changed while it was sent`);
    this.path = path;
  }
}

/** How many files are read at a time. */
const readers = 4;
/** The contents of one packet of a large file; each of them holds two chunks. In bytes, as is the next. */
const chunkSize = 512 * 1024;
/** Up to here, a file is read at once: from the page cache that is faster than the way to another thread. */
const smallSize = 64 * 1024;

/** Sends the contents of the files that it is given, a few at a time, in the order given. */
export class FilePool {
  /** Rejects when a file cannot be sent; never resolves. */
  readonly failed: Promise<never>;
  readonly #stream: PacketStream;
  readonly #tree: Tree;
  #fail: (error: unknown) => void = () => {};
  readonly #offered: OfferedList;
  #waiting: number[] = [];
  #next = 0;
  #running = 0;
  readonly #active = new Set<Promise<void>>();
  #closed = false;

  constructor(stream: PacketStream, tree: Tree, offered: OfferedList) {
    this.#stream = stream;
    this.#tree = tree;
    this.#offered = offered;
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // It may reject when nobody listens any more.
    this.failed.catch(() => {});
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Of a regular file, its place in the list. */
  add(id: number): void {
    if (this.#closed) return;
    this.#waiting.push(id);
    if (this.#running === readers) return;
    this.#running++;
    const worker = this.#work().catch((error: unknown) => {
      this.#closed = true;
      this.#fail(error);
    });
    this.#active.add(worker);
    void worker.then(() => this.#active.delete(worker));
  }

  /** Takes on nothing more and waits until no file is open. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#active);
  }

  /** Small files go one after the other without a pause, as long as there is room, so that they leave together. */
  async #work(): Promise<void> {
    try {
      for (let id = this.#take(); id !== undefined; id = this.#take()) {
        const entry = this.#offered.at(id);
        try {
          const pause = this.#send(id, entry);
          if (pause !== undefined) await pause;
        } catch (error) {
          throw errnoOf(error) === undefined ? error : new UnreadableEntry(entry.path, error);
        }
      }
    } finally {
      // In the same turn as the last look for a task, so that none is added to a worker that has left.
      this.#running--;
    }
  }

  #send(id: number, entry: WalkedEntry): Promise<void> | undefined {
    const { size, isSocket } = entry.stat;
    if (isSocket) return this.#sendEnd(id);
    if (size > smallSize) return this.#sendLarge(id, entry).then(() => this.#sendEnd(id));
    if (size > 0) this.#sendSmall(id, entry);
    else openListed(this.#tree, entry).close();
    return this.#sendEnd(id);
  }

  #sendEnd(id: number): Promise<void> | undefined {
    return this.#stream.write(dataRoom, (bytes, at) => {
      const end = at + dataHeadSize(0, id);
      putDataHead(bytes, end, 0, id);
      return end;
    });
  }

  /** Reads into the very memory that is sent. */
  #sendSmall(id: number, entry: WalkedEntry): void {
    const { size } = entry.stat;
    void this.#stream.write(dataRoom + size, (bytes, at) => {
      const contentsAt = at + dataHeadSize(size, id);
      const changed = unlessReplaced(entry, () => this.#tree.readWhole(entry.path, entry.stat, bytes, contentsAt));
      if (changed !== undefined) throw new ChangedEntry(entry.path);
      putDataHead(bytes, contentsAt, size, id);
      return contentsAt + size;
    });
  }

  /** Reads into one buffer while the other is on its way. */
  async #sendLarge(id: number, entry: WalkedEntry): Promise<void> {
    const { size } = entry.stat;
    const file = openListed(this.#tree, entry);
    try {
      const room = headSize + dataRoom;
      const allocate = () => Buffer.allocUnsafe(room + Math.min(size, chunkSize));
      let [buffer, other] = [allocate(), allocate()];
      let onTheWay = Promise.resolve();
      for (let done = 0; done < size; done += chunkSize) {
        if (this.#closed) throw new CallOver();
        const length = Math.min(chunkSize, size - done);
        const changed = await file.read(buffer, room, length);
        if (changed !== undefined) throw new ChangedEntry(entry.path);
        await onTheWay;
        onTheWay = this.#stream.flush(buffer, putDataHead(buffer, room, length, id), room + length);
        // Awaited in the next round; until then, a cancelled call is no unhandled rejection.
        onTheWay.catch(() => {});
        [buffer, other] = [other, buffer];
      }
      await onTheWay;
      if (!file.isUnchanged()) throw new ChangedEntry(entry.path);
    } finally {
      file.close();
    }
  }

  #take(): number | undefined {
    if (this.#closed) return undefined;
    const id = this.#waiting[this.#next];
    if (id === undefined) {
      this.#waiting = [];
      this.#next = 0;
    } else if (++this.#next === 4096) {
      // Lets go of what was sent without moving the rest each time.
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return id;
  }
}

function openListed(tree: Tree, entry: WalkedEntry): TreeFile {
  const file = unlessReplaced(entry, () => tree.open(entry.path, entry.stat));
  if (file === contentsChanged) throw new ChangedEntry(entry.path);
  return file;
}

function unlessReplaced<T>(entry: WalkedEntry, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw replaced.has(errnoOf(error) ?? "") ? new ChangedEntry(entry.path) : error;
  }
}

/** How it fails to open or read a file that is gone, or whose place a link or something else took. */
const replaced: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "EMLINK", "ENXIO", "EISDIR", "EAGAIN"]);
