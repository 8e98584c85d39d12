import type { OutputStream } from "../terminal.ts";
import { plainProgress } from "./plain.ts";
import type { Progress } from "./progress.ts";
import type { ProgressMode } from "./progress-mode.ts";
import { rawJsonProgress } from "./raw-json.ts";
import { silentProgress } from "./silent.ts";
import { ttyProgress } from "./tty.ts";

/** `auto` redraws in place on a terminal and prints lines elsewhere. */
export function createProgress(mode: ProgressMode, stream: OutputStream): Progress {
  const write = (text: string): boolean => stream.write(text);
  switch (mode) {
    case "auto":
      return stream.isTTY ? ttyProgress(stream) : plainProgress(write);
    case "tty":
      return ttyProgress(stream);
    case "plain":
      return plainProgress(write);
    case "rawjson":
      return rawJsonProgress(write);
    case "quiet":
    case "none":
      return silentProgress;
  }
}
