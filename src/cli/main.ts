import { runCommandLine } from "./command-line.ts";
import type { Terminal } from "./terminal.ts";

// Everything here is of the global process: as a module it would open all standard streams, to export them.

/** Runs the command line of this process; never rejects. The first interrupt aborts what runs, a second one ends it. */
export async function main(): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (interrupt.signal.aborted) process.exit(130);
      interrupt.abort();
    });
  }
  // A reader that went away (`llbc … | head`) is no reason to shout.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
  }
  const terminal: Terminal = {
    // Opened by those who read it: a stream takes time to make.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    signal: interrupt.signal,
  };
  process.exitCode = await runCommandLine(process.argv.slice(2), terminal);
}
