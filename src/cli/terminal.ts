import type { Readable, Writable } from "node:stream";

/** What a command may touch of the process around it. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  /** Where standard output is a file or a pipe: to write without opening its stream, which takes a while. */
  readonly plainOutput?: PlainOutput | undefined;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts when the user interrupts; a second interrupt ends the process at once. */
  readonly signal: AbortSignal;
}

export interface PlainOutput {
  /** How many of the bytes were taken; for what is left there is the stream. */
  write(bytes: Uint8Array): number;
}

/** A stream that may be a terminal: then it knows its size. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** 0 done, 1 build failed, 2 usage, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;
