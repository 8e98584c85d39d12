import type { VolumeInstruction } from "../../parser/instruction.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { changeImage, changeState } from "./change.ts";
import { commitToHistory, goList } from "./history.ts";
import type { LowerContext, StageState } from "./state.ts";

/** VOLUME: paths of the image that hold data of their own in each container. */
export function lowerVolume(context: LowerContext, state: StageState, instruction: VolumeInstruction): StageState {
  let { volumes } = state.image;
  for (const volume of instruction.volumes) {
    if (volume === "") throw new InvalidDockerfile("empty-volume", "a path of VOLUME is empty; name a directory");
    volumes = volumes.append(volume);
  }
  return changeState(state, {
    image: changeImage(state.image, { volumes }),
    history: commitToHistory(context, state, `VOLUME ${goList(instruction.volumes)}`, "config"),
  });
}
