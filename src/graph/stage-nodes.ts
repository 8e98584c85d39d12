import { type ExpandedWord, expandWord } from "../parser/expand.ts";
import type { Stage } from "../parser/instruction.ts";
import { type Platform, PlatformError, parsePlatform, platformRemedy } from "../platform.ts";
import { didYouMean } from "../suggest.ts";
import { findStageContext } from "./context/named-context.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import type { Linter } from "./lint/linter.ts";
import { reportConstantPlatform, reportRedundantTargetPlatform } from "./lint/platform-checks.ts";
import { reportUndeclaredFromArguments } from "./lint/variable-checks.ts";
import { StageOutline } from "./outline-stage.ts";
import { StageNode } from "./stage-node.ts";
import { StageTable } from "./stage-table.ts";

/**
 * The stages of a Dockerfile with their FROM lines understood: variables expanded, platforms read, bases among the
 * stages before found, contexts that stand for stages found.
 * @throws InvalidDockerfile
 */
export function buildStageTable(context: EvaluationContext): StageTable {
  const table = new StageTable();
  context.dockerfile.stages.forEach((stage, index) => {
    table.add(buildNode(context, table, stage, index));
  });
  return table;
}

function buildNode(context: EvaluationContext, table: StageTable, stage: Stage, index: number): StageNode {
  const linter = context.linter.withConfigFromComments(stage.comments);
  const name = expandFrom(context, linter, stage, stage.baseName);
  if (name.result === "") {
    throw new InvalidDockerfile(
      "empty-base-name",
      `the base name "${stage.baseName}" is empty: name an image or stage`,
      {
        lines: stage.lines,
      },
    );
  }
  const used = new Set(name.matched);
  const platform = stage.platform === "" ? undefined : platformOf(context, linter, stage, used);
  const namedContext =
    stage.name === ""
      ? undefined
      : placedAt(stage.lines, () =>
          findStageContext(context.contexts, stage.name, platform, context.givenTargetPlatform),
        );
  const base = table.findBase(name.result);
  const node = new StageNode(stage, {
    registered: true,
    baseName: name.result,
    displayName: stage.name === "" ? `stage-${index}` : stage.name,
    platform,
    base: namedContext === undefined ? base : undefined,
    namedContext,
    outline: new StageOutline({
      name: stage.name,
      description: stage.docComment,
      globals: context.globalArgs.declared,
      usedInFrom: namedContext === undefined ? used : [],
      base: base?.outline,
      replaced: namedContext !== undefined,
    }),
  });
  if (namedContext === undefined) {
    node.stepTotal = countSteps(node);
    node.ignoreCache = context.config.isNoCache(stage.name);
  }
  return node;
}

/** Runs a step whose errors BuildKit gives no place, and tells where they are. */
function placedAt<T>(lines: readonly number[], step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof InvalidDockerfile) error.at ??= lines;
    throw error;
  }
}

function expandFrom(context: EvaluationContext, linter: Linter, stage: Stage, word: string): ExpandedWord {
  const expanded = expandWord(word, context.globalArgs.env, {
    escape: context.dockerfile.escape,
    budget: context.budget,
  });
  if (expanded.unmatched !== undefined && expanded.unmatched.size > 0) {
    const declared = new Set([...context.globalArgs.declared.keys(), ...context.globalArgs.env.keys()]);
    reportUndeclaredFromArguments(linter, stage.lines, expanded.unmatched, declared);
  }
  if ("error" in expanded) throw new InvalidDockerfile("invalid-expansion", expanded.error, { lines: stage.lines });
  return expanded;
}

function platformOf(context: EvaluationContext, linter: Linter, stage: Stage, used: Set<string>): Platform {
  const { lines } = stage;
  const expanded = expandFrom(context, linter, stage, stage.platform);
  const platform = tryParse(expanded.result, context);
  reportRedundantTargetPlatform(linter, lines, stage.platform, expanded, context.globalArgs.env.get("TARGETPLATFORM"));
  reportConstantPlatform(linter, lines, stage.name, expanded, platform instanceof Error ? undefined : platform);
  if (platform instanceof Error) {
    const [unset = ""] = expanded.unmatched;
    const hint = didYouMean(unset, context.globalArgs.env.keys());
    const problem =
      expanded.result === ""
        ? `empty platform value from expression ${stage.platform}${hint} in --platform=${stage.platform}`
        : `failed to parse platform ${stage.platform}: ${platform.message}${hint}; ${platformRemedy}`;
    throw new InvalidDockerfile("invalid-platform", problem, { lines, token: `--platform=${stage.platform}` });
  }
  for (const name of expanded.matched) used.add(name);
  return platform;
}

function tryParse(text: string, context: EvaluationContext): Platform | PlatformError {
  try {
    return parsePlatform(text, context.config.localPlatform);
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
}

/** The steps that display names count: FROM of an image, and what makes layers. */
function countSteps(node: StageNode): number {
  let steps = node.baseName !== "scratch" && node.base === undefined ? 1 : 0;
  for (const { kind } of node.stage.commands) {
    if (kind === "add" || kind === "copy" || kind === "run" || kind === "workdir") steps++;
  }
  return steps;
}
