import type { AddInstruction } from "../../parser/instruction.ts";
import { joinPath } from "../../slash-path.ts";
import { copyFiles } from "./copy-files.ts";
import type { LowerContext, StageState } from "./state.ts";

/** ADD: files of the main context, unpacked if they are archives; downloads; git repositories. */
export function lowerAdd(context: LowerContext, state: StageState, instruction: AddInstruction): StageState {
  const after = copyFiles(context, state, instruction, context.mainContext, context.ignoreMatcher);
  for (const source of instruction.sourcePaths) {
    // A repository reached by ssh counts as a path, too, as BuildKit has it; no such path will be found.
    if (!/^https?:\/\//.test(source)) context.recorder.useContextPath(joinPath("/", source));
  }
  return after;
}
