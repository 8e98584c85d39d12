import { decodeBytesMessage } from "../filesync/packet.ts";
import type { PacketStream } from "../filesync/packet-stream.ts";

/** So much is gathered before it is handed on, in bytes: the worker sends as its tar writer writes, in small pieces. */
const gatherSize = 1024 * 1024;

/** The bytes of a tar-like export, in large pieces made of the worker's small ones; throws CallOver when it breaks off. */
export async function* readByteMessages(stream: PacketStream): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = [];
  let size = 0;
  for await (const message of stream.messages) {
    const bytes = decodeBytesMessage(message);
    if (bytes.length === 0) continue;
    gathered.push(bytes);
    size += bytes.length;
    if (size < gatherSize) continue;
    yield Buffer.concat(gathered, size);
    gathered = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(gathered, size);
}
