import pc from "picocolors";
import type { CaretStyle } from "../graph/caret.ts";
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
  };
}

function isColourful(stream: OutputStream, { NO_COLOR, FORCE_COLOR, TERM }: Terminal["env"]): boolean {
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0";
  return stream.isTTY === true && TERM !== "dumb";
}
