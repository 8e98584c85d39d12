import pc from "picocolors";
import type { CaretStyle } from "../graph/caret.ts";
import { isColourful } from "./progress/palette.ts";
import type { OutputStream, Terminal } from "./terminal.ts";

/** The colours of diagnostics and failures on one stream: none where nobody looks, or where NO_COLOR asks for none. */
export function caretStyle(stream: OutputStream, env: Terminal["env"]): CaretStyle {
  const colors = pc.createColors(isColourful(stream, env));
  return {
    error: (text) => colors.bold(colors.red(text)),
    warning: (text) => colors.bold(colors.yellow(text)),
    message: (text) => colors.bold(text),
    place: (text) => colors.cyan(text),
    aside: (text) => colors.dim(text),
    ...(stream.isTTY === true ? { columns: stream.columns } : {}),
  };
}
