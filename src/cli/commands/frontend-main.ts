import { Socket } from "node:net";
import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { frontendCommand } from "./frontend.ts";

// The whole program of a frontend image: `llbc frontend` without the rest of the command line.
const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt.abort());
// The log of a worker that went away needs nobody to write it.
process.stderr.on("error", () => {});

// The build of the image only wants the script to have been read.
if (process.argv[2] !== "--remember") void run();

async function run(): Promise<void> {
  const [stdin, stdout] = standardStreams();
  const { env, stderr } = process;
  process.exit(await frontendCommand({ env, stdin, stdout, stderr, signal: interrupt.signal }));
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
