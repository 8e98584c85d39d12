import type { CopyInstruction } from "../../parser/instruction.ts";
import { joinPath } from "../../slash-path.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { copyFiles } from "./copy-files.ts";
import type { LowerContext, StageState } from "./state.ts";

/** COPY: files of the main context, or, with `--from`, of a stage, an image or another context. */
export function lowerCopy(context: LowerContext, state: StageState, instruction: CopyInstruction): StageState {
  const [stage] = context.sources;
  if (stage === undefined) {
    const after = copyFiles(context, state, instruction, context.mainContext, context.ignoreMatcher);
    for (const path of instruction.sourcePaths) context.recorder.useContextPath(joinPath("/", path));
    return after;
  }
  if (!stage.dispatched) {
    throw new InvalidDockerfile(
      "stage-order",
      `cannot copy from stage "${instruction.from}", it needs to be defined before current stage`,
    );
  }
  const after = copyFiles(context, state, instruction, stage.root, undefined);
  for (const path of instruction.sourcePaths) stage.usePath(joinPath("/", path));
  return after;
}
