import type { OnbuildInstruction } from "../../parser/instruction.ts";
import { changeImage, changeState } from "./change.ts";
import type { LowerContext, StageState } from "./state.ts";

/** ONBUILD: an instruction for the stages that are based on this one. It leaves no trace in the history. */
export function lowerOnbuild(_context: LowerContext, state: StageState, instruction: OnbuildInstruction): StageState {
  return changeState(state, {
    image: changeImage(state.image, { onBuild: state.image.onBuild.append(instruction.expression) }),
  });
}
