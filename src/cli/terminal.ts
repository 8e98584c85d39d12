import type { Readable } from "node:stream";

/** What a command may touch of the process around it. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts when the user interrupts; a second interrupt ends the process at once. */
  readonly signal: AbortSignal;
}

/** 0 done, 1 build failed, 2 usage, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;
