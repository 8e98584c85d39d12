import { errnoOf } from "../../../errno.ts";
import { type BytePath, pathText } from "./byte-path.ts";
import { dataHeadroom, frameData } from "./packet.ts";
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
  #waiting: { readonly id: number; readonly entry: WalkedEntry }[] = [];
  #next = 0;
  #running = 0;
  readonly #active = new Set<Promise<void>>();
  #closed = false;

  constructor(stream: PacketStream, tree: Tree) {
    this.#stream = stream;
    this.#tree = tree;
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // It may reject when nobody listens any more.
    this.failed.catch(() => {});
  }

  get closed(): boolean {
    return this.#closed;
  }

  add(id: number, entry: WalkedEntry): void {
    if (this.#closed) return;
    this.#waiting.push({ id, entry });
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

  async #work(): Promise<void> {
    try {
      for (let task = this.#take(); task !== undefined; task = this.#take()) {
        await this.#send(task.id, task.entry);
      }
    } finally {
      // In the same turn as the last look for a task, so that none is added to a worker that has left.
      this.#running--;
    }
  }

  async #send(id: number, entry: WalkedEntry): Promise<void> {
    if (!entry.stat.isSocket) {
      const file = openListed(this.#tree, entry);
      try {
        if (entry.stat.size <= smallSize) await sendSmall(this.#stream, file, id, entry);
        else await this.#sendLarge(file, id, entry);
      } catch (error) {
        throw errnoOf(error) === undefined ? error : new UnreadableEntry(entry.path, error);
      } finally {
        file.close();
      }
    }
    await this.#stream.send(frameData(Buffer.allocUnsafe(dataHeadroom), 0, id));
  }

  /** Reads into one buffer while the other is on its way. */
  async #sendLarge(file: TreeFile, id: number, entry: WalkedEntry): Promise<void> {
    const { size } = entry.stat;
    const allocate = () => Buffer.allocUnsafe(dataHeadroom + Math.min(size, chunkSize));
    let [buffer, other] = [allocate(), allocate()];
    let onTheWay = Promise.resolve();
    for (let done = 0; done < size; done += chunkSize) {
      if (this.#closed) throw new CallOver();
      const length = Math.min(chunkSize, size - done);
      const changed = await file.read(buffer, dataHeadroom, length);
      if (changed !== undefined) throw new ChangedEntry(entry.path);
      await onTheWay;
      onTheWay = this.#stream.flush(frameData(buffer, length, id));
      // Awaited in the next round; until then, a cancelled call is no unhandled rejection.
      onTheWay.catch(() => {});
      [buffer, other] = [other, buffer];
    }
    await onTheWay;
    if (!file.isUnchanged()) throw new ChangedEntry(entry.path);
  }

  #take(): { readonly id: number; readonly entry: WalkedEntry } | undefined {
    if (this.#closed) return undefined;
    const task = this.#waiting[this.#next];
    if (task === undefined) {
      this.#waiting = [];
      this.#next = 0;
    } else if (++this.#next === 4096) {
      // Lets go of what was sent without moving the rest each time.
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return task;
  }
}

function openListed(tree: Tree, entry: WalkedEntry): TreeFile {
  try {
    const file = tree.open(entry.path, entry.stat);
    if (file !== contentsChanged) return file;
  } catch (error) {
    if (!replaced.has(errnoOf(error) ?? "")) throw new UnreadableEntry(entry.path, error);
  }
  throw new ChangedEntry(entry.path);
}

/** How opening fails where the file is gone, or a link or something else took its place. */
const replaced: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "EMLINK", "ENXIO", "EISDIR"]);

async function sendSmall(stream: PacketStream, file: TreeFile, id: number, entry: WalkedEntry): Promise<void> {
  const { size } = entry.stat;
  const buffer = Buffer.allocUnsafe(dataHeadroom + size);
  const changed = file.readSync(buffer, dataHeadroom, size) === contentsChanged || !file.isUnchanged();
  if (changed) throw new ChangedEntry(entry.path);
  if (size > 0) await stream.send(frameData(buffer, size, id));
}
