/** The longest message that is taken, in bytes; OpenSSH's own bound. */
const maxMessage = 256 * 1024;

/**
 * The messages of the agent protocol in a stream of bytes, without their lengths. Throws a RangeError for one that is
 * longer than any agent takes. What is cut off by the end of the stream is dropped.
 */
export async function* agentMessages(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting = Buffer.alloc(0);
  for await (const bytes of stream) {
    waiting = Buffer.concat([waiting, bytes]);
    while (waiting.length >= 4) {
      const length = waiting.readUInt32BE(0);
      if (length === 0 || length > maxMessage) throw new RangeError("the message of an SSH agent has a wrong length");
      if (waiting.length < 4 + length) break;
      yield waiting.subarray(4, 4 + length);
      waiting = waiting.subarray(4 + length);
    }
  }
}

/** A message with its length before it. */
export function withLength(message: Buffer): Buffer {
  const framed = Buffer.alloc(4 + message.length);
  framed.writeUInt32BE(message.length);
  message.copy(framed, 4);
  return framed;
}
