import { setImmediate } from "node:timers/promises";
import { kindOf } from "./file-mode.ts";
import { FilePool } from "./file-pool.ts";
import { decodePacket, encodeStat, endOfStats, finishPacket } from "./packet.ts";
import type { PacketStream } from "./packet-stream.ts";
import type { Selection } from "./selection.ts";
import type { Tree } from "./tree.ts";
import { type WalkedEntry, walkTree } from "./walk.ts";

/** The worker gave the transfer up; the message is its own. */
export class ReceiverError extends Error {
  override readonly name = "ReceiverError";
}

/** After so many entries without a pause, others get their turn. */
const walkBurst = 256;

/**
 * Offers the selected part of a tree to the worker and sends it the files that it asks for. Memory does not grow with
 * the size of files; for each regular file that is listed and not asked for yet, its name and what tells it apart are
 * kept.
 *
 * Rejects with UnreadableEntry, ChangedEntry, ReceiverError, MalformedPacket, PatternError or CallOver; by then no
 * file is open any more.
 */
export async function sendTree(stream: PacketStream, tree: Tree, selection: Selection): Promise<void> {
  const offered = new Map<number, WalkedEntry>();
  const pool = new FilePool(stream, tree);
  try {
    await Promise.race([Promise.all([offer(), serve()]), pool.failed]);
  } finally {
    await pool.close();
  }

  async function offer(): Promise<void> {
    let id = 0;
    for (const entry of walkTree(tree, selection)) {
      if (pool.closed) return;
      const linkname = entry.link ?? entry.stat.target;
      if (kindOf(entry.stat.mode) === "file") offered.set(id, entry);
      const pause = stream.send(encodeStat({ ...entry.stat, path: entry.path, linkname }));
      if (++id % walkBurst === 0 && pause === undefined) await setImmediate();
      if (pause !== undefined) await pause;
    }
    await stream.send(endOfStats);
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
    throw new ReceiverError("it ended the transfer too early");
  }
}
