import { runCommandLine } from "./command-line.ts";
import { plainOutput } from "./plain-output.ts";
import type { Terminal } from "./terminal.ts";

// Everything here is of the global process: as a module it would open all standard streams, to export them.

/**
 * Runs the command line of this process; never rejects. The first interrupt aborts what runs, a second one ends it.
 * Resolves with whether all that was printed is out of this process.
 */
export async function main(): Promise<boolean> {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (interrupt.signal.aborted) process.exit(130);
      interrupt.abort();
    });
  }
  const seen = new Set<NodeJS.WriteStream>();
  const terminal: Terminal = {
    // Opened by those who use them: a stream takes time to make.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return withoutBrokenPipe(process.stdout, seen);
    },
    get plainOutput() {
      return plainOutput();
    },
    get stderr() {
      return withoutBrokenPipe(process.stderr, seen);
    },
    env: process.env,
    cwd: process.cwd(),
    signal: interrupt.signal,
  };
  process.exitCode = await runCommandLine(process.argv.slice(2), terminal);
  return [...seen].every((stream) => stream.writableLength === 0);
}

/** A reader that went away (`llbc … | head`) is no reason to shout. */
function withoutBrokenPipe(stream: NodeJS.WriteStream, seen: Set<NodeJS.WriteStream>): NodeJS.WriteStream {
  if (seen.has(stream)) return stream;
  seen.add(stream);
  return stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}
