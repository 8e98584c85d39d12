import { randomBytes } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";
import { platform, tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

/**
 * A socket whose other end is a stream to read and a stream to write. Node's HTTP/2 wants a socket of the system: over
 * any other stream it loses the end of a write now and then, when the answer is faster.
 *
 * Ends when the input ends, and with the error of either stream.
 */
export function pairedSocket(input: Readable, output: Writable): Socket {
  const name = socketName();
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

/** A name that nobody can guess: on Linux one without a file. */
function socketName(): string {
  const name = `llbc-${randomBytes(16).toString("hex")}`;
  switch (platform()) {
    case "linux":
      return `\0${name}`;
    case "win32":
      return `\\\\.\\pipe\\${name}`;
    default:
      return join(tmpdir(), `${name}.sock`);
  }
}
