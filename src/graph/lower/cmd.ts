import { goQuote } from "../../go-quote.ts";
import type { CmdInstruction } from "../../parser/instruction.ts";
import { reportRepeated, reportShellForm } from "../lint/instruction-checks.ts";
import { changeImage, changeState } from "./change.ts";
import { commitToHistory, goList } from "./history.ts";
import { withShell } from "./shell-form.ts";
import type { LowerContext, StageState } from "./state.ts";

/** CMD: the default command of the image, or the arguments of its ENTRYPOINT. */
export function lowerCmd(context: LowerContext, state: StageState, instruction: CmdInstruction): StageState {
  const { image } = state;
  const { lines, name, prependShell } = instruction;
  reportRepeated(context.lint, name, state.cmdLines);
  reportShellForm(context.lint, lines, name, prependShell, image.shell);
  const cmd = prependShell ? withShell(image, instruction.cmdLine) : instruction.cmdLine;
  return changeState(state, {
    cmdLines: lines,
    // Set whatever the form, by BuildKit: only CMD does, ENTRYPOINT does not.
    image: changeImage(image, { cmd, argsEscaped: true }),
    history: commitToHistory(context, state, `CMD ${goList(cmd.map(goQuote))}`, "config"),
  });
}
