import { type Diagnostic, DockerfileError } from "../diagnostic.ts";
import { type MarshalResult, marshal } from "../llb/marshal.ts";
import { MarshalError } from "../llb/marshal-error.ts";
import { formatPlatformFully, type Platform } from "../platform.ts";
import { compareUtf8, encodeUtf8 } from "../utf8.ts";
import { buildGraph } from "./build-graph.ts";
import type { Compilation, CompiledPlatform } from "./compilation.ts";
import { type CompileEnvironment, compileContext } from "./compile-context.ts";
import type { CompileOptions } from "./compile-options.ts";
import { emptyFile, evaluationFailure, parseFailure, withoutSource, withRanges } from "./diagnose.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import type { CompileContext } from "./evaluation-context.ts";
import { FinishedCompile, FinishedPlatform } from "./finished.ts";
import { encodeImage } from "./image-json.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import { defaultCheckConfig } from "./lint/check-config.ts";
import { Linter, linterFor } from "./lint/linter.ts";
import { type ResultPlatform, resultMetadata, resultPlatform } from "./result-metadata.ts";
import { secondsOf } from "./timestamp.ts";

/**
 * Compiles a Dockerfile to the definitions and image configs that BuildKit's own frontend makes of it, byte for byte.
 * Equal inputs give equal bytes. Nothing is read but what `options` hold, and the answers of its resolver.
 *
 * Rejects with a `DockerfileError` when the Dockerfile, or an option about it, is not valid (its errors first, then the
 * warnings found before), with what the resolver rejects with, and with the reason of the signal.
 */
export function compile(source: string | Uint8Array, options: CompileOptions = {}): Promise<Compilation> {
  return compileIn(source, options, {});
}

/** `compile` in an environment of its own: where contexts can be read, and a worker has said what it can do. */
export async function compileIn(
  source: string | Uint8Array,
  options: CompileOptions,
  environment: CompileEnvironment,
): Promise<Compilation> {
  const filename = options.filename ?? "Dockerfile";
  let context: CompileContext;
  try {
    context = await compileContext(source, options, environment);
  } catch (error) {
    throw withoutSource(error, filename);
  }
  const linter = startLinter(context);
  if (context.dockerfile.errors.length > 0) throw await parseFailure(context, linter);
  const platforms = distinct(context.config.targetPlatforms);
  // They are needed in any case, and come while the base images are looked up. What is wrong is told when they are used.
  const ahead = context.mainContext.root === undefined ? context.ignoreRules().catch(() => {}) : undefined;
  const settled = await Promise.allSettled(
    platforms.map((targetPlatform, index) =>
      evaluate(context, { targetPlatform, linter: index === 0 ? linter : mute(context), allStages: false }),
    ),
  );
  // What fails before they are used does not leave a call behind.
  await ahead;
  const parts: Part[] = [];
  for (const [index, result] of settled.entries()) {
    try {
      if (result.status === "rejected") throw result.reason;
      parts.push(finish(context, platforms[index], result.value));
    } catch (error) {
      throw await evaluationFailure(context, error, linter);
    }
  }
  return compilation(context, parts, await withRanges(context, linter.findings));
}

/** The linter that the Dockerfile and the options ask for, unless one of them has errors already. */
function startLinter({ dockerfile, config, mainContext, source }: CompileContext): Linter {
  const { filename } = mainContext;
  if (source.length === 0) throw emptyFile(filename);
  const started = linterFor({ filename, option: config.check, directive: dockerfile.directives.check });
  if (started.kind === "invalid") throw new DockerfileError([started.diagnostic]);
  return started.linter;
}

/** A linter that reports nothing: only the warnings of the first platform are told. */
function mute({ mainContext }: CompileContext): Linter {
  return new Linter({ filename: mainContext.filename, config: { ...defaultCheckConfig, skipAll: true } });
}

/** Platforms to compile for: each once; one that is not named where none is. */
function distinct(platforms: readonly Platform[]): readonly (Platform | undefined)[] {
  if (platforms.length === 0) return [undefined];
  return [...new Map(platforms.map((platform) => [formatPlatformFully(platform), platform])).values()];
}

interface Part {
  readonly result: ResultPlatform;
  readonly compiled: CompiledPlatform;
  readonly marshalled: MarshalResult;
  /** In seconds. */
  readonly epoch: string | undefined;
}

function finish(context: CompileContext, platform: Platform | undefined, evaluation: Evaluation): Part {
  const { root, image, baseImage, epoch, targetPlatform } = evaluation;
  const marshalled = marshalRoot(context, root, targetPlatform);
  const imageText = encodeImage(image);
  const { buildPlatform, localPlatform } = context.config;
  const result = resultPlatform(platform ?? localPlatform, image.image.platform, localPlatform);
  const compiled = new FinishedPlatform(
    {
      platform: formatPlatformFully(platform ?? buildPlatform),
      definition: marshalled.definition,
      imageJSON: encodeUtf8(imageText),
      ...(epoch === undefined ? {} : { epoch: Number(secondsOf(epoch)) }),
    },
    imageText,
    baseImage,
    () => {
      const { extras, ignoreCache } = evaluation.scanTargets();
      const definitions = [...extras].map(([name, edge]) => {
        return [name, marshalRoot(context, edge, targetPlatform).definition] as const;
      });
      return { extras: new Map(definitions), ignoreCache };
    },
  );
  return { result, compiled, marshalled, epoch: epoch && secondsOf(epoch).toString() };
}

function marshalRoot(
  { caps, contexts, progressGroupPrefix }: CompileContext,
  root: Evaluation["root"],
  platform: Platform,
): MarshalResult {
  const prefix = progressGroupPrefix === undefined ? "pg" : `${progressGroupPrefix}${formatPlatformFully(platform)}-`;
  try {
    return marshal(root, { platform, caps, progressGroupPrefix: prefix, localUniqueId: contexts.sessionId });
  } catch (error) {
    if (!(error instanceof MarshalError)) throw error;
    const places = error.vertex.locations ?? [];
    const at = places.flatMap(({ ranges }) => ranges.map(({ start }) => start.line));
    throw new InvalidDockerfile("invalid-step", error.message, { placeless: true, at, cause: error });
  }
}

function compilation(context: CompileContext, parts: readonly Part[], diagnostics: readonly Diagnostic[]): Compilation {
  const { config, images, dockerfile } = context;
  const byId = new Map(parts.map(({ result }) => [result.id, result]));
  const named = config.targetPlatforms.flatMap((platform) => byId.get(formatPlatformFully(platform)) ?? []);
  const epochs = new Map<string, string>();
  for (const { result, epoch } of parts) if (epoch !== undefined) epochs.set(result.id, epoch);
  return new FinishedCompile(
    {
      platforms: parts.map((part) => part.compiled).sort((a, b) => compareUtf8(a.platform, b.platform)),
      diagnostics,
      resultMetadata: resultMetadata(named.length === 0 ? [...byId.values()] : named, epochs, config.multiPlatform),
    },
    images,
    () =>
      buildGraph(
        parts.map(({ result, marshalled }) => ({ platform: result.id, ...marshalled })),
        dockerfile.stages.map(({ name, lines }, index) => ({ name: name || `stage-${index}`, line: lines[0] ?? 0 })),
      ),
  );
}
