import type { Edge, LateVertex } from "../llb/vertex.ts";
import { expandContents, expandInstruction } from "../parser/expand-instruction.ts";
import type { Instruction } from "../parser/instruction.ts";
import { followPathsOf } from "./context/follow-paths.ts";
import { localContext } from "./context/main-context.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { firstState } from "./first-state.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import { orThrow, wordExpander } from "./lower/expander.ts";
import { lowerInstruction } from "./lower/lower-instruction.ts";
import type { LowerContext, StageState } from "./lower/state.ts";
import { StageLowering, type VisibleContext } from "./stage-lowering.ts";
import type { StageCommand, StageNode } from "./stage-node.ts";

/**
 * Lowers the instructions of the stages that are needed, in the order of the Dockerfile. Returns the main context.
 * @throws InvalidDockerfile
 */
export async function lowerStages(
  context: EvaluationContext,
  nodes: readonly StageNode[],
  reachable: ReadonlySet<StageNode>,
): Promise<Edge> {
  const visible = await visibleContext(context, nodes);
  for (const node of nodes) {
    if (!context.allStages && (node.dispatched || !reachable.has(node))) continue;
    node.dispatched = true;
    context.signal.throwIfAborted();
    lowerStage(context, node, visible);
  }
  return visible.edge;
}

/** The main context. What it sends of a folder is what the stages read of it, known when all of them are lowered. */
async function visibleContext(context: EvaluationContext, nodes: readonly StageNode[]): Promise<VisibleContext> {
  const { root } = context.mainContext;
  if (root !== undefined) return { edge: root, ignoreMatcher: undefined };
  const { patterns, matcher } = await context.ignoreRules();
  let edge: Edge | undefined;
  const vertex: LateVertex = {
    kind: "late",
    resolve: () => {
      const paths = new Set<string>();
      for (const node of nodes) for (const path of node.contextPaths) paths.add(path);
      edge ??= { vertex: localContext(context.contexts, patterns, followPathsOf(paths)), output: 0 };
      return edge;
    },
  };
  return { edge: { vertex, output: 0 }, ignoreMatcher: matcher() };
}

function lowerStage(context: EvaluationContext, node: StageNode, visible: VisibleContext): void {
  const lowering = new StageLowering(context, node, visible);
  let { lines } = node.stage;
  try {
    let state = firstState(node, context.config);
    for (const command of node.commands) {
      // A trigger may copy from its own stage: it finds what the instructions before it made.
      node.state = state;
      lines = command.instruction.lines;
      state = lowerCommand(context, lowering, state, command);
    }
    node.state = state;
  } catch (error) {
    if (error instanceof InvalidDockerfile) error.lines ??= lines;
    throw error;
  }
}

function lowerCommand(
  context: EvaluationContext,
  lowering: StageLowering,
  state: StageState,
  { instruction, onBuild, sources }: StageCommand,
): StageState {
  const { linter } = context;
  const { comments } = instruction;
  lowering.lint = comments.length === 0 ? linter : linter.withConfigFromComments(comments);
  lowering.onBuild = onBuild;
  lowering.sources = sources;
  // What an instruction adds besides what it expands: paths below the folder, and its entry in the history.
  charge(lowering, state.workdir.length * (1 + pathsOf(instruction)));
  const next = lowerInstruction(lowering, state, expanded(lowering, state, instruction));
  charge(lowering, next.history.at(next.history.length - 1)?.createdBy.length ?? 0);
  return next;
}

/** How many paths an instruction can have below the folder. */
function pathsOf(instruction: Instruction): number {
  if (instruction.kind === "run") return instruction.mounts.length;
  return instruction.kind === "copy" || instruction.kind === "add" ? instruction.sourcePaths.length : 0;
}

function charge({ budget }: LowerContext, units: number): void {
  budget.left -= units;
  if (budget.left >= 0) return;
  throw new InvalidDockerfile(
    "too-large",
    "the build grows too large here: its instructions repeat long values over and over",
  );
}

/** The instruction with its words expanded. ARG expands only values that count, and EXPOSE its own way. */
function expanded(context: LowerContext, state: StageState, instruction: Instruction): Instruction {
  if (instruction.kind === "arg") return instruction;
  const words = orThrow(expandInstruction(instruction, wordExpander(context, state, instruction)));
  if ((words.kind !== "add" && words.kind !== "copy") || words.sourceContents.length === 0) return words;
  // Whatever the escape directive says, and with the quotes kept.
  const raw = { escape: "\\", budget: context.budget, skipProcessQuotes: true } as const;
  return orThrow(expandContents(words, wordExpander(context, state, instruction, raw)));
}
