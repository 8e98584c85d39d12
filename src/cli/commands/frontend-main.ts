import { Socket } from "node:net";
import process from "node:process";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { readFirstWords } from "../../solver/buildkit/first-words.ts";
import { StdioConnection } from "../../solver/buildkit/stdio-connection.ts";

// The whole program of a frontend image: `llbc frontend` without the rest of the command line.
const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt.abort());

/** BuildKit gives up who does not speak soon after it has started: this goes out before the compiler is loaded. */
const firstCall = "/moby.buildkit.v1.frontend.LLBBridge/Ping";

/** How long the compiler waits to be loaded for the answer, which nothing is read from meanwhile, in milliseconds. */
const usualAnswer = 500;

/** `words`: the first call, where it has been sent. */
export async function run(words?: Buffer): Promise<void> {
  const { env } = process;
  const [stdin, stdout] = standardStreams();
  const connection = env.BUILDKIT_SESSION_ID === undefined ? undefined : new StdioConnection(stdin, stdout, words);
  if (connection !== undefined) await Promise.race([connection.callAhead(firstCall), setTimeout(usualAnswer)]);
  // The log of a worker that went away needs nobody to write it.
  process.stderr.on("error", () => {});
  const { frontendCommand } = await import("./frontend.ts");
  process.exit(
    await frontendCommand({ env, stdin, stdout, stderr: process.stderr, signal: interrupt.signal, connection }),
  );
}

/** For the build of the image: what the first call says, with all scripts read. */
export async function remember(): Promise<Buffer> {
  await import("./frontend.ts");
  const output = new PassThrough();
  const connection = new StdioConnection(new PassThrough(), output);
  void connection.callAhead(firstCall);
  const words = await readFirstWords(output);
  connection.close();
  return words;
}

/** The standard streams of a process block on a full pipe, and BuildKit may wait for us to read just then. */
function standardStreams(): [Readable, Writable] {
  try {
    return [new Socket({ fd: 0, writable: false }), new Socket({ fd: 1, readable: false })];
  } catch {
    // Files and terminals are no sockets: it is not BuildKit that has started this, which is told next.
    return [process.stdin, process.stdout];
  }
}
