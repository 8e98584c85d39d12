import { emptyEnv } from "../parser/env.ts";
import { expandWord } from "../parser/expand.ts";
import { parseTrigger } from "../parser/index.ts";
import type { Instruction } from "../parser/instruction.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import type { StageCommand, StageNode } from "./stage-node.ts";
import type { StageTable } from "./stage-table.ts";

/**
 * Finds, for every instruction of every stage, the stages and images that it reads from; images join the table.
 * @throws InvalidDockerfile without a place, as in BuildKit, for a `--from` that means nothing.
 */
export function linkCommands(table: StageTable, escapeChar: "\\" | "`"): void {
  // Images that join while this runs have no instructions.
  for (const node of [...table.nodes]) {
    node.commands = node.stage.commands.map((instruction) => link(node, table, instruction, escapeChar, false));
  }
}

/**
 * Puts the triggers of its base before the stage's own instructions.
 * @returns whether a trigger reads from stages or images, which then have to be resolved.
 * @throws InvalidDockerfile at the FROM line, for a trigger that is no instruction.
 */
export function addTriggers(
  node: StageNode,
  triggers: readonly string[],
  table: StageTable,
  escapeChar: "\\" | "`",
): boolean {
  const { lines } = node.stage;
  // An image that a mount names stands on no line, and its triggers on line 0.
  const triggerLines = lines.length === 0 ? [0] : lines;
  const commands = triggers.map((trigger) => {
    const parsed = parseTrigger(trigger, triggerLines);
    if (!parsed.ok) throw new InvalidDockerfile(parsed.error.rule, parsed.error.message, { lines });
    try {
      const command = link(node, table, parsed.instruction, escapeChar, true);
      for (const source of command.sources) if (!source.registered) source.namedByTriggerOf ??= node;
      return command;
    } catch (error) {
      if (error instanceof InvalidDockerfile) error.lines = lines;
      throw error;
    }
  });
  node.commands = [...commands, ...node.commands];
  node.stepTotal += commands.length;
  return commands.some((command) => command.sources.length > 0);
}

function link(
  node: StageNode,
  table: StageTable,
  instruction: Instruction,
  escapeChar: "\\" | "`",
  onBuild: boolean,
): StageCommand {
  const sources = sourcesOf(table, instruction, escapeChar);
  for (const source of sources) node.dependencies.set(source, instruction);
  return { instruction, sources, onBuild };
}

function sourcesOf(table: StageTable, instruction: Instruction, escapeChar: "\\" | "`"): readonly StageNode[] {
  switch (instruction.kind) {
    case "copy":
      return instruction.from === "" ? none : [copySource(table, instruction.from, instruction.lines, escapeChar)];
    case "run":
      // A mount without `from` may not have a source at all; scratch keeps its place.
      if (instruction.mounts.length === 0) return none;
      return instruction.mounts.map(({ from }) => table.stageOrImage(from === "" ? "scratch" : from, []));
    default:
      return none;
  }
}

const none: readonly StageNode[] = [];

function copySource(table: StageTable, from: string, lines: readonly number[], escapeChar: "\\" | "`"): StageNode {
  const expanded = expandWord(from, emptyEnv, { escape: escapeChar });
  if ("error" in expanded)
    throw new InvalidDockerfile("invalid-expansion", expanded.error, { placeless: true, at: lines });
  if (expanded.result !== from) {
    const remedy = "define a new stage with FROM using ARG from global scope as a workaround";
    throw new InvalidDockerfile(
      "from-with-variable",
      `--from=${from}: variable expansion is not supported for --from, ${remedy}`,
      {
        placeless: true,
        at: lines,
      },
    );
  }
  const byIndex = table.findByIndex(from);
  if (byIndex === "none") return table.stageOrImage(from, lines);
  if (byIndex === undefined) {
    throw new InvalidDockerfile("stage-index", `there is no stage with the position "${from}"`, {
      placeless: true,
      at: lines,
    });
  }
  return byIndex;
}
