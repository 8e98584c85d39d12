import { setImmediate } from "node:timers/promises";
import { type BytePath, isText, pathText } from "./byte-path.ts";
import { type Attributes, type AttributeTable, withAttributes } from "./extended-attributes.ts";
import { kindOf } from "./file-mode.ts";
import { FilePool } from "./file-pool.ts";
import type { Lister } from "./listing.ts";
import { decodePacket, encodeStat, endOfStats, finishPacket, putStat, statRoom } from "./packet.ts";
import { CallOver, type PacketStream } from "./packet-stream.ts";
import type { Selection } from "./selection.ts";
import type { Tree } from "./tree.ts";
import { type WalkedEntry, walkTree } from "./walk.ts";

/** The worker gave the transfer up; the message is its own. */
export class ReceiverError extends Error {
  override readonly name = "ReceiverError";
}

/** The worker took the call back after it was sent a name that is not text: workers before 2025 do not read on. */
export class UnfitName extends Error {
  override readonly name = "UnfitName";
  readonly path: BytePath;

  constructor(path: BytePath) {
    super(`the worker does not take the name ${pathText(path)}`);
    this.path = path;
  }
}

/** After so many entries without a pause, others get their turn. */
const walkBurst = 256;

/**
 * Offers the selected part of a tree to the worker and sends it the files that it asks for. Memory does not grow with
 * the size of files; for each regular file that is listed and not asked for yet, its name and what tells it apart are
 * kept. The lister is told of each entry that is offered.
 * `attributes` go with the entries that have some.
 *
 * Rejects with UnreadableEntry, ChangedEntry, UnfitName, ReceiverError, MalformedPacket, PatternError or CallOver; by then no
 * file is open any more.
 */
export async function sendTree(
  stream: PacketStream,
  tree: Tree,
  selection: Selection,
  lister?: Lister | undefined,
  attributes?: AttributeTable | undefined,
): Promise<void> {
  const offered = new Map<number, WalkedEntry>();
  const pool = new FilePool(stream, tree);
  let unfit: BytePath | undefined;
  try {
    await Promise.race([Promise.all([offer(), serve()]), pool.failed]);
  } catch (error) {
    throw error instanceof CallOver && unfit !== undefined ? new UnfitName(unfit) : error;
  } finally {
    await pool.close();
  }

  async function offer(): Promise<void> {
    let id = 0;
    for (const entry of walkTree(tree, selection)) {
      if (pool.closed) return;
      const linkname = entry.link ?? entry.stat.target;
      if (kindOf(entry.stat.mode) === "file") offered.set(id, entry);
      if (!isText(entry.path) || !isText(linkname)) unfit ??= entry.path;
      const own = attributes?.get(entry.path);
      const pause = own === undefined ? offerPlain(entry, linkname) : offerWith(own, entry, linkname);
      if (++id % walkBurst === 0 && pause === undefined) await setImmediate();
      if (pause !== undefined) await pause;
    }
    await stream.send(endOfStats);
  }

  function offerPlain(entry: WalkedEntry, linkname: BytePath): Promise<void> | undefined {
    const { path, stat } = entry;
    const named = { path, linkname };
    return stream.write(statRoom(named), (bytes, at) => {
      const end = putStat(bytes, at, named, stat);
      lister?.addWritten(entry, bytes, at, end);
      return end;
    });
  }

  function offerWith(own: Attributes, entry: WalkedEntry, linkname: BytePath): Promise<void> | undefined {
    lister?.add(entry);
    return stream.send(withAttributes(encodeStat({ ...entry.stat, path: entry.path, linkname }), own));
  }

  async function serve(): Promise<void> {
    for await (const message of stream.messages) {
      const packet = decodePacket(message);
      if (packet.kind === "error") throw new ReceiverError(packet.message);
      if (packet.kind === "request") {
        const entry = offered.get(packet.id);
        if (entry === undefined)
          throw new ReceiverError(`it asked for file number ${packet.id}, which was not offered`);
        offered.delete(packet.id);
        pool.add(packet.id, entry);
      } else if (packet.kind === "finish") {
        await stream.send(finishPacket);
        return;
      }
    }
    throw new CallOver();
  }
}
