import type { WorkdirInstruction } from "../../parser/instruction.ts";
import { reportRelativeWorkdir } from "../lint/instruction-checks.ts";
import { isAbsoluteOn, normalizeWorkdir, toSlash } from "../paths.ts";
import { changeImage, changeState } from "./change.ts";
import { commitToHistory } from "./history.ts";
import { locationOf } from "./location.ts";
import { named } from "./named.ts";
import { parseOwner } from "./owner.ts";
import type { LowerContext, StageState } from "./state.ts";
import { instructionText, stepName } from "./step-name.ts";

/**
 * WORKDIR: the directory for what follows, made if it is not there, for the user of the image. The root always is
 * there: it makes no vertex and no layer, and takes no step name, though it counts in the total.
 */
export function lowerWorkdir(context: LowerContext, state: StageState, instruction: WorkdirInstruction): StageState {
  const { lines, path } = instruction;
  const os = state.platform.os;
  reportRelativeWorkdir(context.lint, lines, path, isAbsoluteOn(path, os), state.workdirSet);
  const inside = changeState(enterWorkdir(state, path), { workdirSet: true });
  const message = `WORKDIR ${inside.workdir}`;
  if (inside.workdir === "/")
    return changeState(inside, { history: commitToHistory(context, inside, message, "config") });
  const text = instructionText(instruction.code, inside.env, { escape: context.escape, budget: context.budget });
  return changeState(inside, {
    root: {
      output: 0,
      vertex: {
        kind: "file",
        base: inside.root,
        actions: [
          {
            kind: "mkdir",
            path: inside.workdir,
            mode: 0o755,
            makeParents: true,
            owner: inside.image.user === "" ? undefined : parseOwner(inside.image.user),
            timestamp: context.epoch && BigInt.asIntN(64, context.epoch.nanoseconds),
          },
        ],
        metadata: { description: named(stepName(context, inside, text, inside.platform, inside.env)) },
        locations: locationOf(context.sourceMap, lines),
      },
    },
    step: inside.step + 1,
    history: commitToHistory(context, inside, message, "layer"),
  });
}

/**
 * The stage in another directory, without a trace of it but in the config: what a WORKDIR begins with, and what the
 * directory of a base image does. The config has the separators of the stage's system, ops have slashes.
 */
export function enterWorkdir(state: StageState, path: string): StageState {
  const os = state.platform.os;
  const workingDir = normalizeWorkdir(state.image.workingDir, path, os);
  return changeState(state, { workdir: toSlash(workingDir, os), image: changeImage(state.image, { workingDir }) });
}
