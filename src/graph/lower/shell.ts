import type { ShellInstruction } from "../../parser/instruction.ts";
import { changeImage, changeState } from "./change.ts";
import { commitToHistory, goList } from "./history.ts";
import type { LowerContext, StageState } from "./state.ts";

/** SHELL: what runs the commands in shell form that follow. */
export function lowerShell(context: LowerContext, state: StageState, instruction: ShellInstruction): StageState {
  return changeState(state, {
    image: changeImage(state.image, { shell: instruction.shell }),
    history: commitToHistory(context, state, `SHELL ${goList(instruction.shell)}`, "config"),
  });
}
