import type { CapSet } from "../llb/caps.ts";
import type { LinuxResources } from "../llb/op-metadata.ts";
import type { SourceMap } from "../llb/source-map.ts";
import type { Edge, ExtraHost, ProxyEnv, Ulimit } from "../llb/vertex.ts";
import type { TextBudget } from "../parser/expand.ts";
import type { PatternMatcher } from "../pattern-matcher.ts";
import type { Platform } from "../platform.ts";
import type { EnvList } from "./env-list.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import type { Linter } from "./lint/linter.ts";
import type { LowerContext, SourceStage, StageRecorder } from "./lower/state.ts";
import { proxyEnvOf } from "./proxy-env.ts";
import type { StageNode } from "./stage-node.ts";
import type { Timestamp } from "./timestamp.ts";

/** The main context as instructions see it, with what keeps files out of it. */
export interface VisibleContext {
  readonly edge: Edge;
  readonly ignoreMatcher: PatternMatcher | undefined;
}

/**
 * What the lowering of a stage looks at: one object, whose last fields the driver sets before each instruction. A
 * compile makes hundreds of steps, and an object of this size for each would cost more than most of them.
 */
export class StageLowering implements LowerContext {
  readonly caps: CapSet;
  readonly sourceMap: SourceMap;
  readonly escape: "\\" | "`";
  readonly budget: TextBudget;
  readonly buildArgValues: ReadonlyMap<string, string>;
  readonly globalArgs: EnvList;
  readonly proxy: ProxyEnv | undefined;
  readonly cacheIdNamespace: string;
  readonly targetPlatform: Platform;
  readonly buildPlatform: Platform;
  readonly extraHosts: readonly ExtraHost[];
  readonly shmSize: bigint;
  readonly ulimits: readonly Ulimit[];
  readonly cgroupParent: string;
  readonly linuxResources: LinuxResources | undefined;
  readonly epoch: Timestamp | undefined;
  readonly ignoreMatcher: PatternMatcher | undefined;
  readonly mainContext: Edge;
  readonly prefixPlatform: boolean;
  readonly stageName: string;
  readonly stepTotal: number;
  readonly ignoreCache: boolean;
  readonly recorder: StageRecorder;
  lint: Linter;
  onBuild = false;
  sources: readonly SourceStage[] = [];

  constructor(context: EvaluationContext, node: StageNode, visible: VisibleContext) {
    const { config } = context;
    this.caps = context.caps;
    this.sourceMap = context.sourceMap;
    this.escape = context.dockerfile.escape;
    this.budget = context.budget;
    this.buildArgValues = context.buildArgs;
    this.globalArgs = context.globalArgs.env;
    this.proxy = proxyEnvOf(context.buildArgs);
    this.cacheIdNamespace = config.cacheIdNamespace;
    this.targetPlatform = context.targetPlatform;
    this.buildPlatform = config.buildPlatform;
    this.extraHosts = config.extraHosts;
    this.shmSize = config.shmSize;
    this.ulimits = config.ulimits;
    this.cgroupParent = config.cgroupParent;
    this.linuxResources = config.linuxResources;
    this.epoch = context.epoch;
    this.ignoreMatcher = visible.ignoreMatcher;
    this.mainContext = visible.edge;
    this.prefixPlatform = config.multiPlatform;
    this.stageName = node.displayName;
    this.stepTotal = node.stepTotal;
    this.ignoreCache = node.ignoreCache;
    this.recorder = node;
    this.lint = context.linter;
  }
}
