import { hostname } from "node:os";
import { digestOf } from "../digest.ts";
import { type CapSet, capSetWithout, fullCapSet } from "../llb/caps.ts";
import { parseDockerfile } from "../parser/index.ts";
import { defaultPlatform, type Platform } from "../platform.ts";
import { encodeUtf8, utf8Bytes } from "../utf8.ts";
import type { CompileOptions, SourceMetadata, SourceResolver } from "./compile-options.ts";
import { type BuildConfig, readBuildConfig } from "./config/build-config.ts";
import { frontendOptions } from "./config/frontend-options.ts";
import { invalidOption } from "./config/invalid-option.ts";
import type { ContextBuild, ContextReader } from "./context/context-build.ts";
import { type IgnoreRules, loadMainIgnoreRules } from "./context/context-ignore.ts";
import { dockerfileDefinition, dockerfileSourceMap } from "./context/dockerfile-source.ts";
import { loadMainContext } from "./context/main-context.ts";
import type { EpochMetadataRequest } from "./epoch.ts";
import type { CompileContext } from "./evaluation-context.ts";
import { ImageLookup } from "./image-lookup.ts";
import { optionReader } from "./option-reader.ts";

/** One set for all compiles: it is only read. */
const allCaps = fullCapSet();

/** For compiles that ask nobody and so wait for nothing: making a signal takes longer than many a step. */
const neverAborted = new AbortController().signal;

/** What a compile runs in, where that is not what the options say. */
export interface CompileEnvironment {
  /** Reads contexts; absent: only what the options give. */
  readonly reader?: ContextReader;
  /** What the worker can do; absent: everything but the `disabledCaps`. */
  readonly caps?: CapSet;
  /**
   * The platform of the process that does what BuildKit's frontend does; absent: linux/amd64. It completes platforms
   * that name one half, and gives the result its name where no target platform is named.
   */
  readonly localPlatform?: Platform;
  /** The ignore file beside the Dockerfile. */
  readonly besideDockerfile?: { readonly name: string; readonly content: Uint8Array };
}

/**
 * What no Dockerfile can do without.
 * @throws InvalidDockerfile without a place
 */
export function requireFileOps(caps: CapSet): void {
  if (!caps.has("file.base")) throw invalidOption("the worker is too old: it has no file operations (file.base)");
}

/**
 * Reads the Dockerfile and the options, and finds the main context. The Dockerfile may have errors: they are in
 * `dockerfile.errors`, for the caller to look at first.
 * @throws InvalidDockerfile without a place, for an option that is not well-formed.
 */
export async function compileContext(
  source: string | Uint8Array,
  options: CompileOptions,
  environment: CompileEnvironment = {},
): Promise<CompileContext> {
  const signal = options.signal ?? signalWithout(options, environment);
  signal.throwIfAborted();
  const bytes = utf8Bytes(source);
  const caps = environment.caps ?? (options.disabledCaps === undefined ? allCaps : capSetWithout(options.disabledCaps));
  requireFileOps(caps);
  const localPlatform = environment.localPlatform ?? defaultPlatform;
  const config = readBuildConfig(frontendOptions(options), options.buildPlatform, localPlatform);
  const images = new ImageLookup(options, config.buildPlatform);
  const contexts: ContextBuild = {
    options: config.options,
    sessionId: options.sessionId || stableSessionId(config),
    buildPlatform: localPlatform,
    reader: environment.reader ?? optionReader(options),
    images,
    caps,
  };
  const mainContext = await loadMainContext(contexts, signal);
  const beside = environment.besideDockerfile ?? besideDockerfile(options, mainContext.filename);
  let rules: Promise<IgnoreRules> | undefined;
  return {
    dockerfile: parseDockerfile(bytes),
    source: bytes,
    config,
    caps,
    contexts,
    mainContext,
    sourceMap: dockerfileSourceMap(mainContext, bytes, dockerfileDefinition(contexts, mainContext)),
    images,
    progressGroupPrefix: options.progressGroupPrefix,
    sourceMetadata: (request) => {
      images.noteSource(request.identifier);
      return sourceMetadata(request, options, signal);
    },
    ignoreRules: () => {
      rules ??= loadMainIgnoreRules(contexts, beside, signal);
      return rules;
    },
    signal,
  };
}

function signalWithout({ resolver }: CompileOptions, { reader }: CompileEnvironment): AbortSignal {
  // Whoever is asked may add listeners, which must not pile up.
  return resolver === undefined && reader === undefined ? neverAborted : new AbortController().signal;
}

/**
 * The session id where none is given: it depends on this machine and on the address of the main context alone, so
 * that equal inputs give equal bytes, and definitions made on two machines do not pass for one another.
 */
function stableSessionId(config: BuildConfig): string {
  const context = config.options.get("context") ?? "";
  if (context !== "") return sessionIdOf(context);
  usualSessionId ??= sessionIdOf("");
  return usualSessionId;
}

function sessionIdOf(context: string): string {
  machine ??= hostname();
  return `llbc${digestOf(`${machine}\0${context}`).slice("sha256:".length, "sha256:".length + 21)}`;
}

/** Asked once: the system takes its time. */
let machine: string | undefined;
let usualSessionId: string | undefined;

function besideDockerfile(
  options: CompileOptions,
  filename: string,
): { readonly name: string; readonly content: Uint8Array } | undefined {
  const content = options.dockerfileIgnore;
  if (content === undefined) return undefined;
  return { name: `${filename}.dockerignore`, content: typeof content === "string" ? encodeUtf8(content) : content };
}

async function sourceMetadata(
  { identifier, attrs, logName }: EpochMetadataRequest,
  options: { readonly sourceMetadata?: Readonly<Record<string, SourceMetadata>>; readonly resolver?: SourceResolver },
  signal: AbortSignal,
): Promise<SourceMetadata> {
  const given = new Map(Object.entries(options.sourceMetadata ?? {})).get(identifier);
  if (given !== undefined) return given;
  const answer = await options.resolver?.source?.(identifier, Object.fromEntries(attrs), { signal, logName });
  signal.throwIfAborted();
  return answer ?? {};
}
