import type { HealthcheckInstruction } from "../../parser/instruction.ts";
import { reportRepeated } from "../lint/instruction-checks.ts";
import { changeImage, changeState } from "./change.ts";
import { goDuration } from "./go-duration.ts";
import { commitToHistory, goList } from "./history.ts";
import type { LowerContext, StageState } from "./state.ts";

/** HEALTHCHECK: how to see whether a container of the image works; the last of a stage counts. */
export function lowerHealthcheck(
  context: LowerContext,
  state: StageState,
  instruction: HealthcheckInstruction,
): StageState {
  reportRepeated(context.lint, instruction.name, state.healthcheckLines);
  const { health } = instruction;
  // The history shows Go's form of the structure.
  const message =
    `HEALTHCHECK {Test:${goList(health.test)} Interval:${goDuration(health.interval)} ` +
    `Timeout:${goDuration(health.timeout)} StartPeriod:${goDuration(health.startPeriod)} ` +
    `StartInterval:${goDuration(health.startInterval)} Retries:${health.retries}}`;
  return changeState(state, {
    healthcheckLines: instruction.lines,
    image: changeImage(state.image, { healthcheck: { ...health, retries: BigInt(health.retries) } }),
    history: commitToHistory(context, state, message, "config"),
  });
}
