import type { ArgDeclaration, ArgInstruction } from "../../parser/instruction.ts";
import { checkSecretKey } from "../lint/variable-checks.ts";
import { changeState } from "./change.ts";
import { wordExpander } from "./expander.ts";
import { commitToHistory } from "./history.ts";
import type { LowerContext, StageState } from "./state.ts";

/**
 * ARG: variables that live in the stage alone. A value comes from the build, from the default, or, where neither is
 * given, from an ARG before the first FROM. A default that the build overrides is never expanded.
 */
export function lowerArg(context: LowerContext, state: StageState, instruction: ArgInstruction): StageState {
  const { lines } = instruction;
  let { env, buildArgs } = state;
  const shown: string[] = [];
  for (const declaration of instruction.args) {
    const { key, docComment } = declaration;
    checkSecretKey(context.lint, lines, "ARG", key);
    const { value, inherited } = valueFor(context, { env, buildArgs }, instruction, declaration);
    if (value !== undefined && !argsOutsideEnv.has(key)) env = env.set(key, value);
    context.recorder.declareArg({ name: key, value: value ?? "", description: docComment, lines }, inherited);
    buildArgs = buildArgs.append({ key, value });
    shown.push(value === undefined ? key : `${key}=${value}`);
  }
  return changeState(state, {
    env,
    buildArgs,
    history: commitToHistory(context, state, `ARG ${shown.join(" ")}`, "config"),
  });
}

/** Arguments that BuildKit reads itself and that commands never see. */
const argsOutsideEnv = new Set(["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"]);

interface ArgValue {
  readonly value: string | undefined;
  /** Whether it is that of a global ARG. */
  readonly inherited: boolean;
}

function valueFor(
  context: LowerContext,
  state: Pick<StageState, "env" | "buildArgs">,
  instruction: ArgInstruction,
  { key, value }: ArgDeclaration,
): ArgValue {
  const given = context.buildArgValues.get(key);
  if (given !== undefined) return { value: given, inherited: false };
  if (value !== undefined) return { value: wordExpander(context, state, instruction)(value), inherited: false };
  const global = context.globalArgs.get(key);
  return { value: global, inherited: global !== undefined };
}
