import { setImmediate } from "node:timers/promises";
import { type BytePath, isText, pathText } from "./byte-path.ts";
import { type AttributeTable, withAttributes } from "./extended-attributes.ts";
import { FilePool } from "./file-pool.ts";
import type { OfferedList } from "./offered-list.ts";
import { decodePacket, encodeStat, endOfStats, finishPacket } from "./packet.ts";
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
const walkBurst = 512;

/**
 * Offers the selected part of a tree to the worker and sends it the files that it asks for. Memory does not grow with
 * the size of files; what is offered is kept in the list, which has to be empty.
 * `attributes` go with the entries that have some.
 *
 * Rejects with UnreadableEntry, ChangedEntry, UnfitName, ReceiverError, MalformedPacket, PatternError or CallOver; by then no
 * file is open any more.
 */
export async function sendTree(
  stream: PacketStream,
  tree: Tree,
  selection: Selection,
  offered: OfferedList,
  attributes?: AttributeTable | undefined,
): Promise<void> {
  const asked = new Set<number>();
  const pool = new FilePool(stream, tree, offered);
  let unfit: BytePath | undefined;
  try {
    await Promise.race([Promise.all([offer(), serve()]), pool.failed]);
  } catch (error) {
    throw error instanceof CallOver && unfit !== undefined ? new UnfitName(unfit) : error;
  } finally {
    await pool.close();
  }

  async function offer(): Promise<void> {
    for (const entry of walkTree(tree, selection)) {
      if (pool.closed) return;
      const linkname = entry.link ?? entry.stat.target;
      if (!isText(entry.path) || !isText(linkname)) unfit ??= entry.path;
      offered.add(entry);
      const isPause = offered.length % walkBurst === 0;
      const room = attributes === undefined ? isPause && sendFresh() : sendWith(attributes, entry, linkname);
      if (room) await room;
      else if (isPause) await setImmediate();
    }
    if (attributes === undefined) void sendFresh();
    await stream.send(endOfStats);
  }

  function sendFresh(): Promise<void> | undefined {
    let room: Promise<void> | undefined;
    for (const framed of offered.fresh()) room = stream.sendKept(framed);
    return room;
  }

  function sendWith(all: AttributeTable, { path, stat }: WalkedEntry, linkname: BytePath): Promise<void> | undefined {
    const packet = encodeStat({ ...stat, path, linkname });
    const own = all.get(path);
    return stream.send(own === undefined ? packet : withAttributes(packet, own));
  }

  async function serve(): Promise<void> {
    for await (const message of stream.messages) {
      const packet = decodePacket(message);
      if (packet.kind === "error") throw new ReceiverError(packet.message);
      if (packet.kind === "request") {
        if (!offered.isFile(packet.id) || asked.has(packet.id))
          throw new ReceiverError(`it asked for file number ${packet.id}, which was not offered`);
        asked.add(packet.id);
        pool.add(packet.id);
      } else if (packet.kind === "finish") {
        await stream.send(finishPacket);
        return;
      }
    }
    throw new CallOver();
  }
}
