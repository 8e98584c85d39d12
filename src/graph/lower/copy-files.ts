import type { Edge, FileVertex } from "../../llb/vertex.ts";
import type { AddInstruction, CopyInstruction } from "../../parser/instruction.ts";
import type { PatternMatcher } from "../../pattern-matcher.ts";
import { formatPlatformFully } from "../../platform.ts";
import { changeState } from "./change.ts";
import { copyActions } from "./copy-actions.ts";
import { checkChecksum } from "./copy-checksum.ts";
import { commonCopy } from "./copy-common.ts";
import { linkFiles } from "./copy-link.ts";
import { commitToHistory } from "./history.ts";
import { locationOf } from "./location.ts";
import { named } from "./named.ts";
import type { LowerContext, StageState } from "./state.ts";
import { instructionText, stepName } from "./step-name.ts";

/**
 * COPY and ADD: one vertex with one action per source; linked, a vertex of its own that is merged on top. `root` is
 * what paths are read from; `ignore` is what keeps files out of it.
 */
export function copyFiles(
  context: LowerContext,
  state: StageState,
  instruction: CopyInstruction | AddInstruction,
  root: Edge | undefined,
  ignore: PatternMatcher | undefined,
): StageState {
  const common = commonCopy(state, instruction);
  if (instruction.kind === "add") checkChecksum(instruction);
  const text = instructionText(instruction.code, state.env, { escape: context.escape, budget: context.budget });
  const name = stepName(context, state, text, state.platform, state.env);
  const source = { root, ignore, os: state.platform.os };
  const copy: FileVertex = {
    kind: "file",
    base: state.root,
    actions: copyActions(instruction, common, source, name, context.lint),
    metadata: { description: named(name), ignoreCache: context.ignoreCache || undefined },
    locations: locationOf(context.sourceMap, instruction.lines),
  };
  // A mode needs to see the files that it changes, so such a copy is not linked.
  const isLinked = instruction.link && instruction.chmod === "" && context.caps.has("mergeop");
  return changeState(state, {
    root: isLinked ? linked(context, state, instruction, copy, name, text) : { vertex: copy, output: 0 },
    step: state.step + 1,
    history: commitToHistory(context, state, historyText(instruction), "step"),
  });
}

function linked(
  context: LowerContext,
  state: StageState,
  instruction: CopyInstruction | AddInstruction,
  copy: FileVertex,
  name: string,
  text: string,
): Edge {
  const linkName = stepName(context, state, `LINK ${text}`, state.platform, state.env);
  // Unique in a build, and the same whenever the build is: the line tells instructions apart, the step triggers.
  const id = `link-${instruction.lines[0] ?? 0}.${state.step}-${formatPlatformFully(state.platform)}`;
  return linkFiles(copy, { id, name, linkName });
}

function historyText(instruction: CopyInstruction | AddInstruction): string {
  let text = instruction.kind === "add" ? "ADD" : "COPY";
  if (instruction.kind === "copy" && instruction.parents) text += " --parents";
  if (instruction.chown !== "") text += ` --chown=${instruction.chown}`;
  if (instruction.chmod !== "") text += ` --chmod=${instruction.chmod}`;
  for (const path of instruction.sourcePaths) text += ` ${path}`;
  for (const { path } of instruction.sourceContents) text += ` <<${path}`;
  return `${text} ${instruction.destPath}`;
}
