import type { CapSet } from "../llb/caps.ts";
import type { SourceMap } from "../llb/source-map.ts";
import type { ParsedDockerfile } from "../parser/dockerfile.ts";
import type { TextBudget } from "../parser/expand.ts";
import type { Platform } from "../platform.ts";
import type { SourceMetadata } from "./compile-options.ts";
import type { BuildConfig } from "./config/build-config.ts";
import type { ContextBuild } from "./context/context-build.ts";
import type { IgnoreRules } from "./context/context-ignore.ts";
import type { MainContext } from "./context/main-context.ts";
import type { EpochMetadataRequest } from "./epoch.ts";
import type { GlobalArgs } from "./global-args.ts";
import type { ImageLookup } from "./image-lookup.ts";
import type { Linter } from "./lint/linter.ts";
import type { Timestamp } from "./timestamp.ts";

/** What is the same for all platforms of a compile. */
export interface CompileContext {
  /** Parsed without errors. */
  readonly dockerfile: ParsedDockerfile;
  readonly source: Uint8Array;
  readonly config: BuildConfig;
  readonly caps: CapSet;
  readonly contexts: ContextBuild;
  readonly mainContext: MainContext;
  readonly sourceMap: SourceMap;
  readonly images: ImageLookup;
  /** Progress groups are named by this and a number. */
  readonly progressGroupPrefix: string | undefined;
  /** What is known about a source that is no image. */
  sourceMetadata(request: EpochMetadataRequest): Promise<SourceMetadata>;
  /** The rules of the ignore file of the main context; read once, when first needed. */
  ignoreRules(): Promise<IgnoreRules>;
  readonly signal: AbortSignal;
}

/** What the passes over a Dockerfile look at, for one platform. */
export interface EvaluationContext extends CompileContext {
  /** Undefined: none was named, and ops take the platform of their base. */
  readonly givenTargetPlatform: Platform | undefined;
  /** The named one, else that of the worker. */
  readonly targetPlatform: Platform;
  readonly globalArgs: GlobalArgs;
  /** Those given from outside, SOURCE_DATE_EPOCH resolved. */
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly epoch: Timestamp | undefined;
  /** What instructions may still add to the build by naming variables and folders over and over. */
  readonly budget: TextBudget;
  readonly linter: Linter;
  /** Works out every stage, not only those that the target needs. */
  readonly allStages: boolean;
}
