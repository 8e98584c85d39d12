import { parseImageReference } from "../image-reference.ts";
import type { Edge } from "../llb/vertex.ts";
import { expandWord } from "../parser/expand.ts";
import { normalizePlatform, type Platform } from "../platform.ts";
import { didYouMean } from "../suggest.ts";
import { localContext } from "./context/main-context.ts";
import type { EnvList } from "./env-list.ts";
import { resolveEpoch } from "./epoch.ts";
import type { CompileContext, EvaluationContext } from "./evaluation-context.ts";
import { type GlobalArgs, globalArgs, predefinedArgs } from "./global-args.ts";
import { type Image, imagePlatformOf, platformOfImage } from "./image-state.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import type { Linter } from "./lint/linter.ts";
import { checkDefaultBaseNames, checkInstructionCasing, checkStageNames } from "./lint/stage-checks.ts";
import { lowerStages } from "./lower-stages.ts";
import { reportFindings } from "./report-findings.ts";
import { type ScanTargets, scanTargets } from "./scan-targets.ts";
import { resolveBases } from "./stage-bases.ts";
import { linkCommands } from "./stage-commands.ts";
import { refuseCycles } from "./stage-cycle.ts";
import type { StageNode } from "./stage-node.ts";
import { buildStageTable } from "./stage-nodes.ts";
import type { StageTable } from "./stage-table.ts";
import { secondsOf, type Timestamp } from "./timestamp.ts";

/** A Dockerfile worked out for one platform. */
export interface Evaluation {
  readonly target: StageNode;
  /** Undefined for scratch. */
  readonly root: Edge | undefined;
  readonly image: Image;
  /** The config of the image that the target is based on, as it was resolved. */
  readonly baseImage: Image | undefined;
  readonly epoch: Timestamp | undefined;
  /** What ops take that name no platform. */
  readonly targetPlatform: Platform;
  /** What an SBOM would cover. */
  scanTargets(): ScanTargets;
}

export interface EvaluationOptions {
  /** Undefined: none is named, and ops take the platform of their base. */
  readonly targetPlatform: Platform | undefined;
  readonly linter: Linter;
  /** Works out every stage, not only those that the target needs. */
  readonly allStages: boolean;
}

/**
 * Works out a Dockerfile that parses: finds its stages, resolves their bases, lowers their instructions.
 * @throws InvalidDockerfile, the first error in BuildKit's order; what the resolver rejects with is passed on.
 */
export async function evaluate(compile: CompileContext, options: EvaluationOptions): Promise<Evaluation> {
  const context = await evaluationContext(compile, options);
  const table = buildStageTable(context);
  const target = targetOf(table, context.config.target);
  linkCommands(table, context.dockerfile.escape);
  refuseCycles(table.nodes);
  // A single stage needs no name to be told apart.
  if (table.nodes.length === 1) for (const node of table.nodes) node.displayName = "";
  const reachable = await resolveBases(context, table, target);
  const mainContext = await lowerStages(context, table.nodes, reachable);
  // The result is used whole; what a stage is based on is so, too.
  target.paths.add("/");
  const warnings = context.linter.error();
  if (warnings !== undefined) {
    throw new InvalidDockerfile(warnings.rule, warnings.message, { placeless: true });
  }
  return {
    target,
    root: target.root,
    image: finishedImage(context, target),
    baseImage: target.start.baseImage,
    epoch: context.epoch,
    targetPlatform: context.targetPlatform,
    scanTargets: () => scanTargets(context, target, mainContext),
  };
}

async function evaluationContext(compile: CompileContext, options: EvaluationOptions): Promise<EvaluationContext> {
  const { dockerfile, config } = compile;
  const { linter } = options;
  const targetPlatform = options.targetPlatform ?? config.buildPlatform;
  reportFindings(linter, dockerfile.findings);
  if (dockerfile.stages.length === 0) {
    const message = "dockerfile contains no stages to build: it needs a FROM";
    throw new InvalidDockerfile("no-stage", message, { placeless: true });
  }
  checkStageNames(linter, dockerfile.stages);
  checkInstructionCasing(linter, dockerfile.stages);
  const targetName = config.target === "" ? (dockerfile.stages.at(-1)?.name ?? "") : config.target;
  const predefined = predefinedArgs(config.buildPlatform, targetPlatform, targetName, config.buildArgs);
  checkBaseNames(compile, linter, predefined);
  const budget = { left: mostText };
  const args = globalArgs(predefined, dockerfile.metaArgs, config.buildArgs, { escape: dockerfile.escape, budget });
  const given = epochOf(compile, args);
  const { buildArgs } = config;
  const settled =
    given === undefined ? { epoch: undefined, globalArgs: args, buildArgs } : await settleEpoch(compile, args, given);
  return {
    dockerfile,
    source: compile.source,
    config,
    caps: compile.caps,
    contexts: compile.contexts,
    mainContext: compile.mainContext,
    sourceMap: compile.sourceMap,
    images: compile.images,
    progressGroupPrefix: compile.progressGroupPrefix,
    sourceMetadata: compile.sourceMetadata,
    ignoreRules: compile.ignoreRules,
    signal: compile.signal,
    linter,
    allStages: options.allStages,
    givenTargetPlatform: options.targetPlatform,
    targetPlatform,
    epoch: settled.epoch,
    budget,
    globalArgs: settled.globalArgs,
    buildArgs: settled.buildArgs,
  };
}

/** In UTF-16 units. A definition or config of that size is of no use, and the memory for many copies of it is there. */
const mostText = 128 * 1024 * 1024;

/** Checks the bases as they are when no build argument is given. */
function checkBaseNames({ dockerfile }: CompileContext, linter: Linter, predefined: EnvList): void {
  const options = { escape: dockerfile.escape, budget: { left: mostText } };
  let env: EnvList;
  try {
    env = globalArgs(predefined, dockerfile.metaArgs, new Map(), options).env;
  } catch (error) {
    // The build itself, which comes next, says so.
    if (error instanceof InvalidDockerfile) return;
    throw error;
  }
  checkDefaultBaseNames(
    linter,
    dockerfile.stages,
    (word) => {
      const expanded = expandWord(word, env, options);
      return "error" in expanded ? undefined : expanded.result;
    },
    (text) => parseImageReference(text) !== undefined,
  );
}

const epochArg = "SOURCE_DATE_EPOCH";

/** What the options or the Dockerfile say of SOURCE_DATE_EPOCH. */
function epochOf({ config }: CompileContext, { declared, env }: GlobalArgs): string | undefined {
  return config.buildArgs.get(epochArg) ?? (declared.has(epochArg) ? env.get(epochArg) || undefined : undefined);
}

/** Resolves SOURCE_DATE_EPOCH; the arguments then hold seconds in its place, or nothing. */
async function settleEpoch(
  compile: CompileContext,
  args: GlobalArgs,
  value: string,
): Promise<{
  readonly epoch: Timestamp | undefined;
  readonly globalArgs: GlobalArgs;
  readonly buildArgs: ReadonlyMap<string, string>;
}> {
  const { config, dockerfile, contexts, signal } = compile;
  const { buildArgs } = config;
  const epoch = await resolveEpoch(value, {
    build: contexts,
    mainContext: await wholeContext(compile, value),
    stages: dockerfile.stages,
    globalArgs: args.env,
    buildArgs,
    escape: dockerfile.escape,
    metadata: (request) => compile.sourceMetadata(request),
    signal,
  });
  const text = epoch === undefined ? "" : secondsOf(epoch).toString();
  const env = !args.env.has(epochArg)
    ? args.env
    : text === ""
      ? args.env.delete(epochArg)
      : args.env.set(epochArg, text);
  return { epoch, globalArgs: { ...args, env }, buildArgs: withArg(buildArgs, epochArg, text) };
}

/** The main context, all of it; only where it is asked for. */
async function wholeContext(compile: CompileContext, epoch: string): Promise<Edge | undefined> {
  if (epoch !== "context") return undefined;
  const { root } = compile.mainContext;
  if (root !== undefined) return root;
  const { patterns } = await compile.ignoreRules();
  return { vertex: localContext(compile.contexts, patterns, undefined), output: 0 };
}

function withArg(args: ReadonlyMap<string, string>, key: string, value: string): ReadonlyMap<string, string> {
  if (!args.has(key)) return args;
  const copy = new Map(args);
  if (value === "") copy.delete(key);
  else copy.set(key, value);
  return copy;
}

function targetOf(table: StageTable, name: string): StageNode {
  const target = name === "" ? table.last() : table.findByName(name);
  if (target !== undefined) return target;
  const names = table.names();
  const hint = didYouMean(name, names) || namesHint(names);
  throw new InvalidDockerfile("unknown-target", `target stage "${name}" could not be found${hint}`, {
    placeless: true,
  });
}

function namesHint(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).join(", ");
  return shown === "" ? "" : ` (the stages with names are ${shown}${names.length > mostNames ? ", …" : ""})`;
}

const mostNames = 10;

/** The config of the result: with the labels of the options, and for the platform that was asked for. */
function finishedImage({ config, givenTargetPlatform }: EvaluationContext, target: StageNode): Image {
  const { image, history } = target.image;
  let { labels, platform } = image;
  for (const label of config.labels) labels = labels.append(label);
  if (givenTargetPlatform !== undefined) {
    const wanted = imagePlatformOf(givenTargetPlatform);
    const same = wanted.os === platform.os && wanted.architecture === platform.architecture;
    platform = {
      os: wanted.os,
      architecture: wanted.architecture,
      variant: wanted.variant !== "" || !same ? wanted.variant : platform.variant,
      osVersion: wanted.osVersion !== "" || !same ? wanted.osVersion : platform.osVersion,
      osFeatures: wanted.osFeatures ?? platform.osFeatures,
    };
  }
  const normal = imagePlatformOf(normalizePlatform(platformOfImage(platform), config.localPlatform));
  return { image: { ...image, labels, platform: normal }, history };
}
