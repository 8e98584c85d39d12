import type { UserInstruction } from "../../parser/instruction.ts";
import { changeImage, changeState } from "./change.ts";
import { commitToHistory } from "./history.ts";
import type { LowerContext, StageState } from "./state.ts";

/** USER: who runs the commands that follow and those of the image. */
export function lowerUser(context: LowerContext, state: StageState, instruction: UserInstruction): StageState {
  return changeState(enterUser(state, instruction.user), {
    history: commitToHistory(context, state, `USER ${instruction.user}`, "config"),
  });
}

/** The stage with another user, without a trace in its history: what the user of a base image does. */
export function enterUser(state: StageState, user: string): StageState {
  return changeState(state, { user, image: changeImage(state.image, { user }) });
}
