import pLimit from "p-limit";
import { type Diagnostic, DockerfileError } from "../diagnostic.ts";
import type { Compilation } from "../graph/compilation.ts";
import { compileIn } from "../graph/compile.ts";
import { requireFileOps } from "../graph/compile-context.ts";
import { type BuildConfig, readBuildConfig } from "../graph/config/build-config.ts";
import type { ContextSite } from "../graph/context/context-build.ts";
import { dockerfileDefinition } from "../graph/context/dockerfile-source.ts";
import { loadMainContext, type MainContext } from "../graph/context/main-context.ts";
import { withoutSource } from "../graph/diagnose.ts";
import { isDockerfileFrontend, type SyntaxLine, syntaxLine } from "../graph/syntax-line.ts";
import { capSetOf } from "../llb/caps.ts";
import type { Definition } from "../llb/definition.ts";
import { defaultPlatform, formatPlatformFully } from "../platform.ts";
import { forwardBuild } from "./forward.ts";
import { missingFrontendCap } from "./frontend-caps.ts";
import { frontendResult } from "./frontend-result.ts";
import type { FrontendResult, Gateway } from "./gateway.ts";
import { GatewayReader } from "./gateway-reader.ts";
import { gatewayResolver } from "./gateway-resolver.ts";
import { askOwnFrontend, standInsFor } from "./own-frontend.ts";
import { readDockerfile } from "./read-dockerfile.ts";
import { answerRequest, type RequestSubject } from "./requests.ts";
import { sbomMaker } from "./sbom.ts";
import { sendWarnings } from "./warnings.ts";

/** Where a build can be looked into, or taken a hand in. */
export interface BuildHooks {
  /** The Dockerfile compiled, and nothing is solved yet: the place to run steps in an order of one's own. */
  readonly onCompiled?: ((compilation: Compilation) => Promise<void> | void) | undefined;
  /**
   * Whether the warnings of a Dockerfile that does not compile are shown as those of others are: for who is told no more
   * of the error than what is returned. They are in the DockerfileError, too.
   */
  readonly warnsOfInvalid?: boolean | undefined;
  /** A syntax line names another frontend, which is about to build: throws where it may not. */
  readonly onForward?: ((syntax: SyntaxLine) => void) | undefined;
  /** Compiles whatever frontend a syntax line names. */
  readonly ignoresSyntax?: boolean | undefined;
  /**
   * A provenance will tell of the build: where the worker's own frontend comes to the same definitions, its results are
   * returned, of which the worker tells all.
   */
  readonly isAttested?: boolean | undefined;
  /** What comes of it, before it is returned to the worker. */
  readonly onResult?: ((result: FrontendResult) => void) | undefined;
}

/**
 * Builds a Dockerfile over a gateway, as BuildKit's own frontend does: reads the Dockerfile and the ignore files where
 * the options say, compiles, has the worker solve a definition for each platform, all at once, and puts the result
 * together. It is not returned to the worker yet.
 *
 * Rejects with a DockerfileError, a Failure, or the reason of the signal. A syntax line that names another frontend
 * hands the build to that frontend. The option `requestid` asks about the Dockerfile instead of building it.
 */
export async function buildDockerfile(
  gateway: Gateway,
  hooks: BuildHooks,
  signal: AbortSignal,
): Promise<FrontendResult> {
  const { options } = gateway.build;
  const reader = new GatewayReader(gateway);
  const site = contextSite(gateway, reader);
  const config = await beforeSource(site, () => {
    requireFileOps(capSetOf(gateway.build.llbCaps));
    return readBuildConfig(options, undefined, site.buildPlatform);
  });
  const missing = missingFrontendCap(options.get("frontend.caps"));
  if (missing?.forward === false) throw missing.failure;
  const files = await readFiles(reader, site, signal);
  const isOurs = options.has("cmdline") || hooks.ignoresSyntax === true;
  const syntax = isOurs ? undefined : syntaxLine(files.source, options);
  // What this frontend lacks another version of it may have.
  if (syntax !== undefined && (missing !== undefined || !isDockerfileFrontend(syntax.image))) {
    hooks.onForward?.(syntax);
    const place = { filename: files.context.filename, text: files.source, definition: files.definition.bytes };
    return forwardBuild(gateway, syntax, place, signal);
  }
  if (missing !== undefined) throw missing.failure;
  const subject = subjectOf(gateway, reader, site, files, signal);
  const warn = (diagnostics: readonly Diagnostic[]) =>
    sendWarnings(gateway, diagnostics.filter(isWarning), sourceOf(files), files.definition, signal);
  const request = options.get("requestid");
  if (request !== undefined) return withText(files, () => answerRequest(request, subject, warn));
  return buildSubject({ gateway, hooks, config, files, subject, syntax, warn }, signal);
}

/** A Dockerfile that is to be built here. */
interface Build {
  readonly gateway: Gateway;
  readonly hooks: BuildHooks;
  readonly config: BuildConfig;
  readonly files: Files;
  readonly subject: RequestSubject;
  readonly syntax: SyntaxLine | undefined;
  readonly warn: (diagnostics: readonly Diagnostic[]) => Promise<void>;
}

async function buildSubject(build: Build, signal: AbortSignal): Promise<FrontendResult> {
  const { gateway, hooks, config, files, subject, syntax, warn } = build;
  const { multiPlatform, cacheImports } = config;
  const stop = new AbortController();
  const linked = AbortSignal.any([signal, stop.signal]);
  const asked = hooks.isAttested === true ? askOwnFrontend(gateway, syntax, linked) : undefined;
  // It is awaited where its answer is needed; a Dockerfile that does not compile needs none.
  asked?.catch(() => {});
  let compilation: Compilation;
  try {
    compilation = await withText(files, () =>
      compileSubject(subject, hooks.warnsOfInvalid === true ? warn : undefined),
    );
  } catch (error) {
    stop.abort(error);
    throw error;
  }
  const own = await asked;
  // The worker's frontend has told its own.
  if (own === undefined) await warn(compilation.diagnostics);
  await hooks.onCompiled?.(compilation);
  const standIns = own && standInsFor(compilation, own, multiPlatform);
  if (standIns !== undefined)
    return withAttestations(frontendResult(compilation, standIns.refs, multiPlatform), standIns);
  const makeAttestations = await sbomMaker(gateway, config, signal);
  const solves = compilation.platforms.map(({ definition }) => async (linked: AbortSignal) => {
    const result = await gateway.solve({ definition: definition.bytes, cacheImports }, linked);
    return result.ref;
  });
  const refs = await allTogether(solves, signal);
  const attestations = await makeAttestations?.(compilation, signal);
  return withAttestations(frontendResult(compilation, refs, multiPlatform), { attestations });
}

function withAttestations(
  result: FrontendResult,
  { attestations }: Pick<FrontendResult, "attestations">,
): FrontendResult {
  return attestations === undefined ? result : { ...result, attestations };
}

/**
 * The whole of a frontend: builds, and returns the result or the error to the worker.
 *
 * Rejects with the error that was returned, or with that of a call that could not be made.
 */
export async function runFrontend(gateway: Gateway, hooks: BuildHooks, signal: AbortSignal): Promise<void> {
  try {
    const result = await buildDockerfile(gateway, hooks, signal);
    hooks.onResult?.(result);
    await gateway.return(result, signal);
  } catch (error) {
    await gateway.fail(error, signal);
    throw error;
  }
}

interface Files {
  readonly context: MainContext;
  readonly definition: Definition;
  readonly source: Uint8Array;
  readonly ignoreFile: Uint8Array | undefined;
}

function contextSite({ build }: Gateway, reader: GatewayReader): ContextSite {
  const { options, sessionId, workers } = build;
  const caps = capSetOf(build.llbCaps);
  return { options, sessionId, reader, caps, buildPlatform: workers[0]?.platforms[0] ?? defaultPlatform };
}

async function readFiles(reader: GatewayReader, site: ContextSite, signal: AbortSignal): Promise<Files> {
  const context = await beforeSource(site, () => loadMainContext(site, signal));
  const definition = dockerfileDefinition(site, context);
  const { source, ignoreFile } = await readDockerfile(reader, definition, context.filename, signal);
  return { context, definition, source, ignoreFile };
}

/** Does what comes before the Dockerfile is read: what is wrong then is not in it. */
async function beforeSource<T>({ options }: ContextSite, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw withoutSource(error, options.get("filename") ?? "Dockerfile");
  }
}

/** The Dockerfile with what a compile of it is given. */
function subjectOf(
  gateway: Gateway,
  reader: GatewayReader,
  site: ContextSite,
  files: Files,
  signal: AbortSignal,
): RequestSubject {
  const { context, source, ignoreFile } = files;
  const beside = ignoreFile && { name: `${context.filename}.dockerignore`, content: ignoreFile };
  return {
    source,
    options: {
      rawOptions: Object.fromEntries(site.options),
      filename: context.filename,
      sessionId: site.sessionId,
      buildPlatform: formatPlatformFully(site.buildPlatform),
      resolver: gatewayResolver(gateway),
      progressGroupPrefix: `${site.sessionId}-pg-`,
      signal,
    },
    environment: {
      reader,
      caps: capSetOf(gateway.build.llbCaps),
      localPlatform: site.buildPlatform,
      ...(beside === undefined ? {} : { besideDockerfile: beside }),
    },
  };
}

async function compileSubject(
  { source, options, environment }: RequestSubject,
  warn: ((diagnostics: readonly Diagnostic[]) => Promise<void>) | undefined,
): Promise<Compilation> {
  try {
    return await compileIn(source, options, environment);
  } catch (error) {
    if (error instanceof DockerfileError) await warn?.(error.diagnostics);
    throw error;
  }
}

/** Whoever meets an error of the Dockerfile may not have its text, which came from the worker. */
async function withText<T>({ source, definition }: Files, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    const { diagnostics, unreadable } = error;
    throw new DockerfileError(diagnostics, { source, definition: definition.bytes, unreadable });
  }
}

function isWarning({ severity }: Diagnostic): boolean {
  return severity === "warning";
}

function sourceOf({ context, source, definition }: Files) {
  return { filename: context.filename, language: "Dockerfile", data: source, definition: definition.bytes };
}

/** A bound against floods: a worker is asked for so many definitions at once at most. */
const solvesAtOnce = 64;

/** Runs all side by side. The first failure stops the others, and is told when they have ended. */
async function allTogether<T>(
  tasks: readonly ((signal: AbortSignal) => Promise<T>)[],
  signal: AbortSignal,
): Promise<readonly T[]> {
  const stop = new AbortController();
  const linked = AbortSignal.any([signal, stop.signal]);
  const slots = pLimit(solvesAtOnce);
  const running = tasks.map((task) =>
    slots(async () => {
      linked.throwIfAborted();
      try {
        return await task(linked);
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    }),
  );
  await Promise.allSettled(running);
  // Aborting again changes nothing: the reason is the first failure.
  stop.signal.throwIfAborted();
  return Promise.all(running);
}
