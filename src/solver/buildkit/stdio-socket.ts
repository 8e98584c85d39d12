import { randomBytes } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";
import type { Readable, Writable } from "node:stream";

/**
 * A socket whose other end is a stream to read and a stream to write. Node's HTTP/2 wants a socket of the system: over
 * any other stream it loses the end of a write now and then, when the answer is faster.
 *
 * Ends when the input ends, and with the error of either stream. Linux only, as its name has no file.
 */
export function stdioSocket(input: Readable, output: Writable): Socket {
  const name = `\0llbc-${randomBytes(16).toString("hex")}`;
  const server = createServer({ allowHalfOpen: true });
  server.listen(name);
  const near = connect(name);
  server.once("connection", (far: Socket) => {
    server.close();
    input.pipe(far);
    far.pipe(output);
    const fail = (error: Error) => {
      far.destroy();
      near.destroy(error);
    };
    for (const stream of [input, output, far]) stream.on("error", fail);
    near.once("close", () => {
      for (const stream of [input, output, far]) stream.destroy();
    });
  });
  server.on("error", (error) => near.destroy(error));
  return near;
}
