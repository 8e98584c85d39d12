import type { CapSet } from "../../llb/caps.ts";
import type { LinuxResources } from "../../llb/op-metadata.ts";
import type { SourceMap } from "../../llb/source-map.ts";
import type { Edge, ExtraHost, NetworkMode, ProxyEnv, Ulimit } from "../../llb/vertex.ts";
import type { TextBudget } from "../../parser/expand.ts";
import type { PatternMatcher } from "../../pattern-matcher.ts";
import type { Platform } from "../../platform.ts";
import type { AppendList } from "../append-list.ts";
import type { EnvList } from "../env-list.ts";
import type { HistoryEntry, ImageState } from "../image-state.ts";
import type { Linter } from "../lint/linter.ts";
import type { Timestamp } from "../timestamp.ts";

/**
 * What a stage is between two of its instructions. Every instruction is a function
 * `(context: LowerContext, state: StageState, instruction) => StageState`, in a file of its own in this folder. The
 * instruction comes with its words expanded (`expandInstruction`, `expandContents`; not so ARG and EXPOSE, which expand
 * their own). It throws `InvalidDockerfile` for what is wrong with the Dockerfile (without lines: the driver adds those
 * of the instruction) and changes nothing but the recorder of the context.
 */
export interface StageState {
  /** The root file system; undefined for scratch. */
  readonly root: Edge | undefined;
  readonly env: EnvList;
  /**
   * The variables while they agree with the image config, in order too, so that a stage based on this one need not put
   * the config in force again; any other list when they may not.
   */
  readonly settledEnv: EnvList | undefined;
  /** The working directory of ops: always with slashes and without a drive letter; `image.workingDir` is the config's. */
  readonly workdir: string;
  /** The user of ops, empty for none. */
  readonly user: string;
  readonly hostname: string;
  readonly network: NetworkMode;
  /** The platform that ops take when none is given; absent where nothing set one (scratch until a platform op). */
  readonly opPlatform: Platform | undefined;
  /** The platform of the stage. */
  readonly platform: Platform;
  readonly image: ImageState;
  readonly history: AppendList<HistoryEntry>;
  /** The ARGs declared so far, the base stage's first, with their values; a name may repeat. */
  readonly buildArgs: AppendList<BuildArg>;
  /** Whether a WORKDIR of this Dockerfile was met, in this stage or the one that it is based on. */
  readonly workdirSet: boolean;
  /** The lines of the last instruction of the kind in this very stage; undefined before the first. */
  readonly cmdLines: readonly number[] | undefined;
  readonly entrypointLines: readonly number[] | undefined;
  readonly healthcheckLines: readonly number[] | undefined;
  /** How many step names were given out; see `stepName`. */
  readonly step: number;
}

export interface BuildArg {
  readonly key: string;
  /** Undefined for an ARG without a value. */
  readonly value: string | undefined;
}

/** What the lowering of one instruction may look at. One object per stage; `lint`, `onBuild` and `sources` change. */
export interface LowerContext {
  // The compile
  readonly caps: CapSet;
  readonly sourceMap: SourceMap;
  /** The escape character of the Dockerfile. */
  readonly escape: "\\" | "`";
  readonly budget: TextBudget;
  /** Build arguments given from outside. */
  readonly buildArgValues: ReadonlyMap<string, string>;
  readonly globalArgs: EnvList;
  readonly proxy: ProxyEnv | undefined;
  readonly cacheIdNamespace: string;
  readonly targetPlatform: Platform;
  readonly buildPlatform: Platform;
  readonly extraHosts: readonly ExtraHost[];
  /** Bytes; 0 when not given. */
  readonly shmSize: bigint;
  readonly ulimits: readonly Ulimit[];
  readonly cgroupParent: string;
  readonly linuxResources: LinuxResources | undefined;
  readonly epoch: Timestamp | undefined;
  /** Of the ignore file of the main context; undefined when there are no patterns. */
  readonly ignoreMatcher: PatternMatcher | undefined;

  // The stage
  /** Empty where display names show none. */
  readonly stageName: string;
  /** The number of steps that display names show. */
  readonly stepTotal: number;
  /** Whether display names start with the platform. */
  readonly prefixPlatform: boolean;
  readonly ignoreCache: boolean;
  readonly recorder: StageRecorder;

  // The instruction
  readonly lint: Linter;
  /** Whether the instruction comes from an ONBUILD trigger. */
  readonly onBuild: boolean;
  /** COPY --from: one; RUN: one for each mount, in order (scratch where a mount has no `from`); else none. */
  readonly sources: readonly SourceStage[];
  /** The main context. Its filter is settled after all stages are lowered: the vertex behind the edge is late. */
  readonly mainContext: Edge;
}

/** A stage, image or context that an instruction reads from. */
export interface SourceStage {
  /** Whether its state is there: false for a stage that is defined after the instruction. */
  readonly dispatched: boolean;
  /** Undefined for scratch. */
  readonly root: Edge | undefined;
  readonly workdir: string;
  /** The platform of the state, if any: what a file op on top of it takes. */
  readonly opPlatform: Platform | undefined;
  /** Records that `path` of it is read; absolute and clean, with slashes. */
  usePath(path: string): void;
}

/** What a stage reports besides its state. */
export interface StageRecorder {
  /** `path` of the main context is read; absolute and clean, with slashes. `/` switches the filter off. */
  useContextPath(path: string): void;
  /** `path` of the base of this stage is read (RUN reads all: `/`). */
  useOwnPath(path: string): void;
  /** For the outline; only the first use of an id counts. */
  useSecret(id: string, required: boolean, lines: readonly number[]): void;
  useSsh(id: string, required: boolean, lines: readonly number[]): void;
  /** For the outline: an ARG of this stage; `hidden` for one inherited from before the first FROM. */
  declareArg(arg: OutlineArg, hidden: boolean): void;
}

export interface OutlineArg {
  readonly name: string;
  readonly value: string;
  readonly description: string;
  readonly lines: readonly number[];
}
