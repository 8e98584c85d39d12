import type { Edge, LateVertex, ProxyEnv } from "../llb/vertex.ts";
import { expandContents, expandInstruction } from "../parser/expand-instruction.ts";
import type { Instruction } from "../parser/instruction.ts";
import type { Platform } from "../platform.ts";
import { AppendList } from "./append-list.ts";
import type { IgnoreRules } from "./context/context-ignore.ts";
import { followPathsOf } from "./context/follow-paths.ts";
import { localContext } from "./context/main-context.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { defaultPath, imageEnv, splitEnv } from "./image-state.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import type { Linter } from "./lint/linter.ts";
import { orThrow, wordExpander } from "./lower/expander.ts";
import { lowerInstruction } from "./lower/lower-instruction.ts";
import type { LowerContext, StageState } from "./lower/state.ts";
import { enterUser } from "./lower/user.ts";
import { enterWorkdir } from "./lower/workdir.ts";
import { namesOf } from "./stage-bases.ts";
import type { StageCommand, StageNode } from "./stage-node.ts";

/**
 * Lowers the instructions of the stages that are needed, in the order of the Dockerfile.
 * @throws InvalidDockerfile
 */
export async function lowerStages(
  context: EvaluationContext,
  nodes: readonly StageNode[],
  reachable: ReadonlySet<StageNode>,
): Promise<void> {
  const rules = context.mainContext.root === undefined ? await context.ignoreRules() : undefined;
  const build = buildPart(context, nodes, rules);
  for (const node of nodes) {
    if (!context.allStages && (node.dispatched || !reachable.has(node))) continue;
    node.dispatched = true;
    context.signal.throwIfAborted();
    lowerStage(context, build, node);
  }
}

/** What the lowering of every instruction of a build may look at. */
type BuildPart = Pick<
  LowerContext,
  | "caps"
  | "sourceMap"
  | "escape"
  | "buildArgValues"
  | "globalArgs"
  | "proxy"
  | "cacheIdNamespace"
  | "targetPlatform"
  | "buildPlatform"
  | "extraHosts"
  | "shmSize"
  | "ulimits"
  | "cgroupParent"
  | "linuxResources"
  | "epoch"
  | "ignoreMatcher"
  | "mainContext"
>;

function buildPart(context: EvaluationContext, nodes: readonly StageNode[], rules: IgnoreRules | undefined): BuildPart {
  const { config } = context;
  return {
    caps: context.caps,
    sourceMap: context.sourceMap,
    escape: context.dockerfile.escape,
    buildArgValues: context.buildArgs,
    globalArgs: context.globalArgs.env,
    proxy: proxyOf(context.buildArgs),
    cacheIdNamespace: config.cacheIdNamespace,
    targetPlatform: context.targetPlatform,
    buildPlatform: config.buildPlatform,
    extraHosts: config.extraHosts,
    shmSize: config.shmSize,
    ulimits: config.ulimits,
    cgroupParent: config.cgroupParent,
    linuxResources: config.linuxResources,
    epoch: context.epoch,
    ignoreMatcher: rules?.matcher,
    mainContext: context.mainContext.root ?? lateContext(context, nodes, rules),
  };
}

/** The local main context: it sends what the stages read of it, which is known when all are lowered. */
function lateContext(context: EvaluationContext, nodes: readonly StageNode[], rules: IgnoreRules | undefined): Edge {
  let edge: Edge | undefined;
  const vertex: LateVertex = {
    kind: "late",
    resolve: () => {
      edge ??= {
        vertex: localContext(context.contexts, rules?.patterns ?? [], followPathsOf(contextPathsOf(nodes))),
        output: 0,
      };
      return edge;
    },
  };
  return { vertex, output: 0 };
}

function contextPathsOf(nodes: readonly StageNode[]): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const node of nodes) for (const path of node.contextPaths) paths.add(path);
  return paths;
}

/** The proxies that build arguments name in any case; of equal names the last one in byte order counts. */
function proxyOf(buildArgs: ReadonlyMap<string, string>): ProxyEnv | undefined {
  const values = new Map<string, string>();
  for (const key of [...buildArgs.keys()].sort()) {
    const name = key.toLowerCase();
    if (proxyNames.has(name)) values.set(name, buildArgs.get(key) ?? "");
  }
  if (values.size === 0) return undefined;
  return {
    httpProxy: values.get("http_proxy") ?? "",
    httpsProxy: values.get("https_proxy") ?? "",
    ftpProxy: values.get("ftp_proxy") ?? "",
    noProxy: values.get("no_proxy") ?? "",
    allProxy: values.get("all_proxy") ?? "",
  };
}

const proxyNames = new Set(["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"]);

function lowerStage(context: EvaluationContext, build: BuildPart, node: StageNode): void {
  const stage: StagePart = { ...build, ...namesOf(context, node), ignoreCache: node.ignoreCache, recorder: node };
  let state = located(node.stage.lines, () => firstState(context, node));
  for (const command of node.commands) state = lowerCommand(stage, state, command, context.linter);
  node.state = state;
}

type StagePart = Omit<LowerContext, "lint" | "onBuild" | "sources">;

function lowerCommand(stage: StagePart, state: StageState, command: StageCommand, linter: Linter): StageState {
  const { instruction, onBuild, sources } = command;
  const { comments, lines } = instruction;
  const lint = comments.length === 0 ? linter : linter.withConfigFromComments(comments);
  const context: LowerContext = { ...stage, lint, onBuild, sources };
  return located(lines, () => lowerInstruction(context, state, expanded(context, state, instruction)));
}

/** The instruction with its words expanded. ARG expands only values that count, and EXPOSE its own way. */
function expanded(context: LowerContext, state: StageState, instruction: Instruction): Instruction {
  if (instruction.kind === "arg") return instruction;
  const words = orThrow(expandInstruction(instruction, wordExpander(context, state, instruction)));
  if (words.kind !== "add" && words.kind !== "copy") return words;
  if (words.sourceContents.length === 0) return words;
  // Whatever the escape directive says, and with the quotes kept.
  const raw = { escape: "\\", skipProcessQuotes: true } as const;
  return orThrow(expandContents(words, wordExpander(context, state, instruction, raw)));
}

/** Runs a step; errors without a place get `lines`. */
function located<T>(lines: readonly number[], step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof InvalidDockerfile) error.lines ??= lines;
    throw error;
  }
}

/** The state before the first instruction: that of the base, with what its config says put in force. */
function firstState(context: EvaluationContext, node: StageNode): StageState {
  const inherited = withDefaultPath(inherit(node));
  let { env } = inherited;
  for (const entry of imageEnv(inherited.image)) env = env.set(...splitEnv(entry));
  const { hostname, network } = context.config;
  let state: StageState = { ...inherited, env, hostname: hostname === "" ? inherited.hostname : hostname, network };
  if (state.image.workingDir !== "") state = enterWorkdir(state, state.image.workingDir);
  if (state.image.user !== "") state = enterUser(state, state.image.user);
  return state;
}

function inherit(node: StageNode): StageState {
  const { base } = node;
  if (base === undefined) return stateOfStart(node, node.platform ?? noPlatform);
  const from = base.state ?? stateOfStart(base, base.platform ?? noPlatform);
  // What is read of this stage is read of the one below it, too.
  node.paths = base.paths;
  node.platform = from.platform;
  node.start = { ...node.start, baseImage: base.start.baseImage };
  return {
    ...from,
    image: { ...from.image, onBuild: AppendList.of() },
    cmdLines: undefined,
    entrypointLines: undefined,
    healthcheckLines: undefined,
    step: node.step,
  };
}

/** What a context without a config leaves its platform at. */
const noPlatform: Platform = { os: "", architecture: "" };

function stateOfStart(node: StageNode, platform: Platform): StageState {
  const { root, env, workdir, opPlatform, image, history } = node.start;
  return {
    root,
    env,
    workdir,
    user: "",
    hostname: "",
    network: "sandbox",
    opPlatform,
    platform,
    image,
    history,
    buildArgs: AppendList.of(),
    workdirSet: false,
    cmdLines: undefined,
    entrypointLines: undefined,
    healthcheckLines: undefined,
    step: node.step,
  };
}

/** Commands can count on a PATH, but for those of Windows. */
function withDefaultPath(state: StageState): StageState {
  const path = defaultPath(state.platform.os);
  if (path === undefined || imageEnv(state.image).some((entry) => splitEnv(entry)[0] === "PATH")) return state;
  const { env } = state.image;
  return { ...state, image: { ...state.image, env: { ...env, set: env.set.append(["PATH", path]) } } };
}
