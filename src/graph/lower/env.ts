import type { EnvInstruction } from "../../parser/instruction.ts";
import { reportLegacyPair } from "../lint/instruction-checks.ts";
import { checkSecretKey } from "../lint/variable-checks.ts";
import { changeImage, changeState } from "./change.ts";
import { commitToHistory } from "./history.ts";
import type { LowerContext, StageState } from "./state.ts";

/** ENV: variables for the instructions that follow and for the image. */
export function lowerEnv(context: LowerContext, state: StageState, instruction: EnvInstruction): StageState {
  let { env } = state;
  let { set } = state.image.env;
  let agrees = env === state.settledEnv;
  let message = "ENV";
  for (const { key, value, noDelim } of instruction.env) {
    if (noDelim) reportLegacyPair(context.lint, instruction.lines, instruction.name);
    checkSecretKey(context.lint, instruction.lines, "ENV", key);
    message += ` ${key}=${value}`;
    // What is new comes last in both; what is set again moves to the end of one only.
    agrees &&= !env.has(key) && !key.includes("=");
    env = env.set(key, value);
    set = set.append([key, value]);
  }
  return changeState(state, {
    env,
    ...(agrees ? { settledEnv: env } : {}),
    image: changeImage(state.image, { env: { base: state.image.env.base, set } }),
    history: commitToHistory(context, state, message, "config"),
  });
}
