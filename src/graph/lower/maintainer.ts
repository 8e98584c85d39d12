import type { MaintainerInstruction } from "../../parser/instruction.ts";
import { changeImage, changeState } from "./change.ts";
import { commitToHistory } from "./history.ts";
import type { LowerContext, StageState } from "./state.ts";

/** MAINTAINER: the author of the image. */
export function lowerMaintainer(
  context: LowerContext,
  state: StageState,
  { maintainer }: MaintainerInstruction,
): StageState {
  return changeState(state, {
    image: changeImage(state.image, { author: maintainer }),
    history: commitToHistory(context, state, `MAINTAINER ${maintainer}`, "config"),
  });
}
