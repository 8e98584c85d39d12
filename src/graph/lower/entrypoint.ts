import { goQuote } from "../../go-quote.ts";
import type { EntrypointInstruction } from "../../parser/instruction.ts";
import { reportRepeated, reportShellForm } from "../lint/instruction-checks.ts";
import { changeImage, changeState } from "./change.ts";
import { commitToHistory, goList } from "./history.ts";
import { withShell } from "./shell-form.ts";
import type { LowerContext, StageState } from "./state.ts";

/** ENTRYPOINT: the command of the image. It drops a CMD that comes from the base, but not one of the same stage. */
export function lowerEntrypoint(
  context: LowerContext,
  state: StageState,
  instruction: EntrypointInstruction,
): StageState {
  const { image } = state;
  const { lines, name, prependShell } = instruction;
  reportRepeated(context.lint, name, state.entrypointLines);
  reportShellForm(context.lint, lines, name, prependShell, image.shell);
  const entrypoint = prependShell ? withShell(image, instruction.cmdLine) : instruction.cmdLine;
  return changeState(state, {
    entrypointLines: lines,
    image: changeImage(image, { entrypoint, cmd: state.cmdLines === undefined ? [] : image.cmd }),
    history: commitToHistory(context, state, `ENTRYPOINT ${goList(entrypoint.map(goQuote))}`, "config"),
  });
}
