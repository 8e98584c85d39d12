import type { LabelInstruction } from "../../parser/instruction.ts";
import { reportLegacyPair } from "../lint/instruction-checks.ts";
import { changeImage, changeState } from "./change.ts";
import { commitToHistory } from "./history.ts";
import type { LowerContext, StageState } from "./state.ts";

/** LABEL: metadata of the image; a key that is set again takes the new value. */
export function lowerLabel(context: LowerContext, state: StageState, instruction: LabelInstruction): StageState {
  let { labels } = state.image;
  let message = "LABEL";
  for (const { key, value, noDelim } of instruction.labels) {
    if (noDelim) reportLegacyPair(context.lint, instruction.lines, instruction.name);
    labels = labels.append([key, value]);
    message += ` ${key}=${value}`;
  }
  return changeState(state, {
    image: changeImage(state.image, { labels }),
    history: commitToHistory(context, state, message, "config"),
  });
}
