import type { Edge } from "../llb/vertex.ts";
import type { Instruction, Stage } from "../parser/instruction.ts";
import type { Platform } from "../platform.ts";
import { AppendList } from "./append-list.ts";
import type { NamedContext } from "./context/loaded-context.ts";
import { EnvList } from "./env-list.ts";
import { blankImage, type Image } from "./image-state.ts";
import type { OutlineArg, SourceStage, StageRecorder, StageState } from "./lower/state.ts";
import type { StageOutline } from "./outline-stage.ts";

/** An instruction of a stage with the stages that it reads from. */
export interface StageCommand {
  readonly instruction: Instruction;
  /** COPY --from: one; RUN: one for each mount; else none. */
  readonly sources: readonly StageNode[];
  /** Whether it comes from an ONBUILD of the base. */
  readonly onBuild: boolean;
}

/** What a stage starts with, before its own instructions: the state of its base. */
export interface StageStart extends Image {
  readonly root: Edge | undefined;
  readonly env: EnvList;
  readonly workdir: string;
  readonly opPlatform: Platform | undefined;
  /** The config of the base image as it was resolved; undefined for scratch and for contexts without one. */
  readonly baseImage: Image | undefined;
}

/**
 * A stage, or an image that an instruction names without a stage (`registered` is then false), while a build is worked
 * out for one platform. The graph is built first, then bases are resolved, then instructions lowered; each pass fills
 * in its part.
 */
export class StageNode implements SourceStage, StageRecorder {
  readonly stage: Stage;
  readonly registered: boolean;
  /** The base name with its variables expanded; from the resolution on, the full reference. */
  baseName: string;
  /** In display names; empty where none is shown. */
  displayName: string;
  /** The stage that FROM names. */
  base: StageNode | undefined;
  /** The context that stands for the stage. */
  namedContext: NamedContext | undefined;
  /** What `--platform` says, later what the base is for. */
  platform: Platform | undefined;
  ignoreCache = false;
  commands: readonly StageCommand[] = [];
  /** The stage or image whose trigger names this image. */
  namedByTriggerOf: StageNode | undefined;
  /** The stages that instructions read, with the (last) instruction that does. */
  readonly dependencies = new Map<StageNode, Instruction>();
  /** Steps that display names count. */
  stepTotal = 0;
  /** Step names given out so far. */
  step = 0;
  /** Whether its base was resolved, as part of the build or not. */
  resolved = false;
  /** Whether the triggers of the stage that it is based on were taken over. */
  triggersTaken = false;
  start: StageStart = blankStart;
  /** After its last instruction; undefined before that and for what has no instructions. */
  state: StageState | undefined;
  dispatched = false;
  readonly outline: StageOutline | undefined;
  /** Paths of the main context that it reads. */
  readonly contextPaths = new Set<string>();
  /** Paths that are read of it; a stage shares them with the stage that it is based on. */
  paths = new Set<string>();

  constructor(
    stage: Stage,
    options: {
      readonly registered: boolean;
      readonly baseName: string;
      readonly displayName: string;
      readonly platform?: Platform | undefined;
      readonly base?: StageNode | undefined;
      readonly namedContext?: NamedContext | undefined;
      readonly outline?: StageOutline | undefined;
    },
  ) {
    this.stage = stage;
    this.registered = options.registered;
    this.baseName = options.baseName;
    this.displayName = options.displayName;
    this.platform = options.platform;
    this.base = options.base;
    this.namedContext = options.namedContext;
    this.outline = options.outline;
  }

  get root(): Edge | undefined {
    return this.state === undefined ? this.start.root : this.state.root;
  }

  get workdir(): string {
    return this.state === undefined ? this.start.workdir : this.state.workdir;
  }

  get opPlatform(): Platform | undefined {
    return this.state === undefined ? this.start.opPlatform : this.state.opPlatform;
  }

  /** The image of the stage, as far as it is known. */
  get image(): Image {
    return this.state ?? this.start;
  }

  usePath(path: string): void {
    this.paths.add(path);
  }

  useOwnPath(path: string): void {
    this.paths.add(path);
  }

  useContextPath(path: string): void {
    this.contextPaths.add(path);
  }

  useSecret(id: string, required: boolean, lines: readonly number[]): void {
    this.outline?.useSecret(id, required, lines);
  }

  useSsh(id: string, required: boolean, lines: readonly number[]): void {
    this.outline?.useSsh(id, required, lines);
  }

  declareArg(arg: OutlineArg, hidden: boolean): void {
    this.outline?.declareArg(arg, hidden);
  }
}

/** All that is reachable from a stage: its base, and what it and the others read from. */
export function reachableFrom(target: StageNode): ReadonlySet<StageNode> {
  const reached = new Set([target]);
  // A set that grows while it is walked.
  for (const node of reached) {
    if (node.base !== undefined) reached.add(node.base);
    for (const dependency of node.dependencies.keys()) reached.add(dependency);
  }
  return reached;
}

/** Nothing: scratch without a config. */
export const blankStart: StageStart = {
  root: undefined,
  env: EnvList.empty,
  workdir: "/",
  opPlatform: undefined,
  image: blankImage,
  history: AppendList.of(),
  baseImage: undefined,
};
