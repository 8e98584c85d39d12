import { writev, writevSync } from "node:fs";
import { errnoOf } from "../../../errno.ts";
import { type BytePath, pathText } from "../filesync/byte-path.ts";
import { kindOf } from "../filesync/file-mode.ts";
import { decodePacket, encodeRequest, finishPacket, MalformedPacket, type Stat } from "../filesync/packet.ts";
import type { PacketStream } from "../filesync/packet-stream.ts";
import type { AttributeOutcome } from "./attribute-batch.ts";
import { ExportError } from "./export-error.ts";
import type { PendingFile, TargetFolder } from "./target-folder.ts";
import { TreeOrder } from "./tree-order.ts";

/** The worker gave the export up; the message is its own. */
export class SenderError extends Error {
  override readonly name = "SenderError";
}

/** What arrived. */
export interface ReceivedTree {
  /** How many entries, folders included. */
  readonly entries: number;
  /** The contents of all files, in bytes. */
  readonly bytes: number;
  /** What became of its extended attributes. */
  readonly attributes: AttributeOutcome;
}

/** How many files are asked for ahead of what has arrived. */
const window = 64;
/** So much of a file is gathered before it is written, in bytes: the worker's chunks are small. */
const writeSize = 256 * 1024;

/**
 * Receives a tree of files into a folder by fsutil's protocol, every file of it: files that exist are not compared.
 *
 * Rejects with ExportError, SenderError, MalformedPacket or CallOver; then no file is left open or half-written, but
 * those that were whole stay.
 */
export async function receiveTree(stream: PacketStream, target: TargetFolder): Promise<ReceivedTree> {
  const receiver = new TreeReceiver(stream, target);
  try {
    return await receiver.run();
  } finally {
    receiver.abandon();
  }
}

/** A file that was asked for. */
interface Incoming {
  readonly stat: Stat;
  /** Opened when its first byte, or its end, comes. */
  file: PendingFile | undefined;
  gathered: Uint8Array[];
  gatheredBytes: number;
  receivedBytes: number;
}

class TreeReceiver {
  readonly #stream: PacketStream;
  readonly #target: TargetFolder;
  readonly #order = new TreeOrder();
  readonly #folders: Stat[] = [];
  readonly #hardLinks: Stat[] = [];
  readonly #files = new Set<BytePath>();
  readonly #requested = new Map<number, Incoming>();
  /** Files to be asked for. */
  #queue: { readonly id: number; readonly stat: Stat }[] = [];
  #listed = false;
  #entries = 0;
  #bytes = 0;
  #attributes: AttributeOutcome = "written";

  constructor(stream: PacketStream, target: TargetFolder) {
    this.#stream = stream;
    this.#target = target;
  }

  async run(): Promise<ReceivedTree> {
    let told = false;
    for await (const message of this.#stream.messages) {
      const packet = decodePacket(message);
      if (packet.kind === "error") throw new SenderError(packet.message);
      if (packet.kind === "stat") await this.#list(packet.stat);
      else if (packet.kind === "data") await this.#take(packet.id, packet.data);
      else if (packet.kind === "finish") return this.#end(told);
      if (!told && this.#listed && this.#requested.size === 0 && this.#queue.length === 0) {
        await this.#complete();
        await this.#stream.send(finishPacket);
        told = true;
      }
    }
    return this.#end(told);
  }

  /** Lets go of files that are not whole. */
  abandon(): void {
    for (const { file } of this.#requested.values()) {
      if (file !== undefined) this.#target.abandonFile(file);
    }
    this.#requested.clear();
  }

  async #list(stat: Stat | undefined): Promise<void> {
    if (this.#listed) throw new MalformedPacket("the list of entries goes on after its end");
    if (stat === undefined) {
      this.#listed = true;
      return;
    }
    const kind = kindOf(stat.mode);
    this.#order.add(stat.path, kind === "directory");
    const id = this.#entries++;
    if (kind === undefined) throw new ExportError(pathText(stat.path), { reason: "it is of an unknown kind" });
    if (kind === "directory") {
      this.#target.makeFolder(stat);
      this.#folders.push(stat);
    } else if (kind === "symlink") {
      this.#target.makeSymlink(stat);
    } else if (stat.linkname !== "") {
      if (!this.#files.has(stat.linkname))
        throw new MalformedPacket(`${pathText(stat.path)} links to a file that was not listed`);
      this.#hardLinks.push(stat);
    } else {
      this.#files.add(stat.path);
      if (kind === "file") await this.#ask(id, stat);
      else await this.#target.makeSpecialFile(stat, kind);
    }
  }

  async #ask(id: number, stat: Stat): Promise<void> {
    if (this.#requested.size >= window) {
      this.#queue.push({ id, stat });
      return;
    }
    this.#requested.set(id, { stat, file: undefined, gathered: [], gatheredBytes: 0, receivedBytes: 0 });
    await this.#stream.send(encodeRequest(id));
  }

  async #take(id: number, data: Uint8Array): Promise<void> {
    const incoming = this.#requested.get(id);
    if (incoming === undefined) throw new MalformedPacket(`contents of file number ${id}, which was not asked for`);
    if (data.length === 0) {
      await this.#finishFile(id, incoming);
      return;
    }
    incoming.gathered.push(data);
    incoming.gatheredBytes += data.length;
    incoming.receivedBytes += data.length;
    this.#bytes += data.length;
    if (incoming.gatheredBytes >= writeSize) await this.#write(incoming);
  }

  async #write(incoming: Incoming): Promise<void> {
    incoming.file ??= this.#target.beginFile(incoming.stat);
    const chunks = incoming.gathered;
    const length = incoming.gatheredBytes;
    incoming.gathered = [];
    incoming.gatheredBytes = 0;
    if (length === 0) return;
    try {
      await writeAll(incoming.file.fd, chunks, length);
    } catch (cause) {
      throw errnoOf(cause) === undefined ? cause : new ExportError(pathText(incoming.stat.path), { cause });
    }
  }

  async #finishFile(id: number, incoming: Incoming): Promise<void> {
    const { stat } = incoming;
    if (incoming.receivedBytes !== stat.size) {
      throw new MalformedPacket(
        `${pathText(stat.path)} was listed with ${stat.size} bytes and came with ${incoming.receivedBytes}`,
      );
    }
    await this.#write(incoming);
    if (incoming.file === undefined) throw new Error("a file that was never opened is finished");
    this.#requested.delete(id);
    this.#target.finishFile(stat, incoming.file);
    const next = this.#queue.shift();
    if (next !== undefined) await this.#ask(next.id, next.stat);
  }

  /** What has to wait for the files: links to them, attributes, and the modes and times of folders, inner ones first. */
  async #complete(): Promise<void> {
    for (const stat of this.#hardLinks) this.#target.makeHardLink(stat);
    this.#attributes = await this.#target.writeAttributes(this.#stream.signal);
    for (const stat of this.#folders.reverse()) this.#target.finishFolder(stat);
  }

  #end(told: boolean): ReceivedTree {
    if (!told) throw new SenderError("it ended the transfer too early");
    return { entries: this.#entries, bytes: this.#bytes, attributes: this.#attributes };
  }
}

/** Small amounts go right into the page cache, large ones by way of another thread. */
async function writeAll(fd: number, chunks: readonly Uint8Array[], length: number): Promise<void> {
  let rest = chunks;
  while (rest.length > 0) {
    const written = length < writeSize ? writevSync(fd, rest) : await writevAsync(fd, rest);
    rest = withoutFirst(rest, written);
  }
}

function withoutFirst(chunks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let left = bytes;
  for (const [index, chunk] of chunks.entries()) {
    if (left < chunk.length) return [chunk.subarray(left), ...chunks.slice(index + 1)];
    left -= chunk.length;
  }
  return [];
}

function writevAsync(fd: number, chunks: readonly Uint8Array[]): Promise<number> {
  return new Promise((resolve, reject) => {
    writev(fd, chunks, (error, written) => {
      if (error === null) resolve(written);
      else reject(error);
    });
  });
}
