import type { OutputStream, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { plainProgress } from "./plain.ts";
import type { Progress } from "./progress.ts";
import type { ProgressMode } from "./progress-mode.ts";
import { rawJsonProgress } from "./raw-json.ts";
import { silentProgress } from "./silent.ts";

/** `auto` redraws in place on a terminal and prints lines elsewhere. */
export async function createProgress(mode: ProgressMode, { stderr: stream, env }: Terminal): Promise<Progress> {
  const write = (text: string): boolean => stream.write(text);
  switch (mode) {
    case "auto":
      return stream.isTTY ? redrawn(stream, env) : plainProgress(write);
    case "tty":
      if (stream.isTTY !== true) {
        throw new UsageError("--progress tty draws on a terminal, and standard error is none: plain prints lines.");
      }
      return redrawn(stream, env);
    case "plain":
      return plainProgress(write);
    case "rawjson":
      return rawJsonProgress(write);
    case "quiet":
    case "none":
      return silentProgress;
  }
}

/** To load what draws takes longer than all that a small build does here. */
async function redrawn(stream: OutputStream, env: Terminal["env"]): Promise<Progress> {
  const { ttyProgress } = await import("./tty.ts");
  return ttyProgress(stream, env);
}
