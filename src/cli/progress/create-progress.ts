import type { ProgressMode } from "../commands/solve-flags.ts";
import type { OutputStream } from "../terminal.ts";
import { plainProgress } from "./plain.ts";
import type { Progress } from "./progress.ts";
import { ttyProgress } from "./tty.ts";

/** `auto` redraws in place on a terminal and prints lines elsewhere. */
export function createProgress(mode: ProgressMode, stream: OutputStream): Progress {
  if (mode === "tty" || (mode === "auto" && stream.isTTY)) return ttyProgress(stream);
  return plainProgress((text) => stream.write(text));
}
