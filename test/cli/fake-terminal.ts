import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Terminal } from "../../src/cli/terminal.ts";

/** A terminal whose streams are kept in memory: what a command prints is text to look at. */
export function memoryTerminal(
  options: { isTTY?: boolean; env?: Record<string, string>; stdin?: string | Uint8Array } = {},
): {
  readonly terminal: Terminal;
  readonly out: () => string;
  readonly outBytes: () => Uint8Array;
  readonly err: () => string;
} {
  const stdout = new MemoryStream(options.isTTY ?? false);
  const stderr = new MemoryStream(options.isTTY ?? false);
  const stdin = new PassThrough();
  stdin.end(options.stdin ?? "");
  const { signal } = new AbortController();
  return {
    terminal: { stdin, stdout, stderr, env: { XDG_STATE_HOME: nowhere, ...options.env }, cwd: process.cwd(), signal },
    out: () => stdout.text,
    outBytes: () => Buffer.concat(stdout.chunks),
    err: () => stderr.text,
  };
}

/** The builds of whoever runs the tests are none of theirs. */
const nowhere = join(tmpdir(), "llbc-no-state");

class MemoryStream extends PassThrough {
  text = "";
  readonly chunks: Buffer[] = [];
  readonly columns = 80;
  readonly rows = 24;
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
    this.on("data", (chunk: Buffer) => {
      this.text += chunk.toString();
      this.chunks.push(chunk);
    });
  }
}
