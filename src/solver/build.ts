import { platform } from "node:os";
import { environment } from "../environment.ts";
import { Failure } from "../failure.ts";
import type { Compilation } from "../graph/compilation.ts";
import type { CacheImport } from "../graph/config/cache-imports.ts";
import type { Definition } from "../llb/definition.ts";
import { dockerCredentials } from "../registry/docker-credentials.ts";
import { attachables } from "./attachables.ts";
import { attestationOptions } from "./attestations.ts";
import { type BuildInputs, findInputs } from "./build-inputs.ts";
import { readProvenance } from "./build-record.ts";
import type { AttachableContext } from "./buildkit/attachable.ts";
import { auth } from "./buildkit/auth/auth.ts";
import type { Connection } from "./buildkit/connection.ts";
import { findEngine } from "./buildkit/engine.ts";
import { readEngineImage } from "./buildkit/engine-images.ts";
import { type Job, runJob, type Work } from "./buildkit/job.ts";
import { secrets } from "./buildkit/secrets.ts";
import { newId } from "./buildkit/session.ts";
import { findSshSources } from "./buildkit/ssh/ssh-sources.ts";
import { readWorkerBlob } from "./buildkit/worker-content.ts";
import type { Worker } from "./buildkit/worker-info.ts";
import { type CachePlan, finishCaches, planCaches } from "./caches.ts";
import { callOptions, withoutOutputs } from "./call-options.ts";
import { checkOptions } from "./check-options.ts";
import { checkTargets } from "./check-targets.ts";
import { completeInputs } from "./complete-inputs.ts";
import { describeFailure } from "./describe-failure.ts";
import { readEngineImageSizes } from "./engine-image-sizes.ts";
import type { SolveEvent } from "./events.ts";
import { finishExports } from "./finish-exports.ts";
import { frontendOptions } from "./frontend-options.ts";
import { type ImageSize, readImageSizes } from "./image-sizes.ts";
import { lookAhead } from "./look-ahead.ts";
import { type ExportPlan, planExports } from "./outputs.ts";
import { pushFromEngine } from "./push-from-engine.ts";
import { Recorder } from "./recorder.ts";
import { requireCache } from "./require-cache.ts";
import { withRetries } from "./retry.ts";
import type { EventSink } from "./running-solve.ts";
import type { ContextInput, SolveOptions, SolveResult } from "./solve-options.ts";
import { callWork, definitionWork, dockerfileWork, type WorkOptions } from "./work.ts";

export type BuildInput = ContextInput | Definition;

/** Gives the worker when the inputs have been found: what is wrong here is told without asking it. */
export type OpenWorker = (signal: AbortSignal) => Promise<{
  readonly connection: Connection;
  readonly worker: Worker;
}>;

/** One build on a worker, as `solve` describes it. */
export async function runBuild(
  input: BuildInput,
  options: SolveOptions,
  open: OpenWorker,
  tell: EventSink,
): Promise<SolveResult> {
  checkOptions(options);
  const signal = options.signal ?? new AbortController().signal;
  const build = new Build(input, options, tell);
  try {
    return await build.run(open, signal);
  } catch (error) {
    if (signal.aborted) throw new Failure("cancelled", "the build was cancelled", { cause: error });
    throw describeFailure(error, build.recorder, build.definitions);
  } finally {
    build.end();
  }
}

/** One build, and what has been learnt of it so far. */
class Build {
  readonly recorder = new Recorder();
  definitions: readonly Definition[] = [];
  readonly #input: BuildInput;
  readonly #options: SolveOptions;
  readonly #sink: EventSink;
  #compilation: Compilation | undefined;
  #sources: BuildInputs["sources"] = new Map();
  #answer: ReadonlyMap<string, string> | undefined;

  constructor(input: BuildInput, options: SolveOptions, sink: EventSink) {
    this.#input = input;
    this.#options = options;
    this.#sink = sink;
  }

  async run(open: OpenWorker, signal: AbortSignal): Promise<SolveResult> {
    const options = this.#options.call === undefined ? this.#options : withoutOutputs(this.#options);
    const found = isDefinition(this.#input) ? noInputs : lookAhead(await findInputs(this.#input, options));
    this.#sources = found.sources;
    const env = environment();
    const ssh = await findSshSources(grantedSsh(this.#input, options, env), env, platform());
    const { connection, worker } = await open(signal);
    const inputs = await completeInputs(found, connection, signal);
    const { protocol } = connection.worker;
    const { defaultLoad } = worker;
    const keepsOwnImages = protocol === "docker" && !worker.info.containerdImages;
    const exports = await planExports(options, {
      protocol,
      keepsOwnImages,
      defaultLoad,
      findEngine: (context) => findEngine(context, signal),
    });
    await checkTargets(exports.targets.values());
    const caches = await planCaches(options, env);
    await this.#tell({ kind: "worker", worker: worker.info });
    const notes = [...caches.notes, ...(keepsOnlyCache(exports, options) ? [onlyCache] : [])];
    for (const message of notes) await this.#tell({ kind: "note", message });
    const note = (message: string) => void this.#tell({ kind: "note", message });
    const given = this.#frontendOptions(inputs, worker, protocol, caches);
    let sizes: Promise<readonly ImageSize[] | undefined> | undefined;
    const job: Job = {
      connection,
      session: {
        id: options.sessionId ?? newId(),
        sharedKey: inputs.sharedKey,
        attach: (context) =>
          attachables(options, { inputs, exports, caches, ssh, definitions: () => this.definitions, note }, context),
      },
      what: this.#work(
        connection,
        worker,
        caches,
        options.provenanceRecord !== undefined || given.has("attest:provenance"),
      ),
      frontendOptions: given,
      exporters: exports.exporters,
      caches,
      sourcePolicy: options.sourcePolicy,
      internal: options.call !== undefined,
      entitlements: entitlementsOf(options),
      signal,
      onEvent: (event) => this.#tell(event),
      onStatus: options.onStatus,
      onSolved: (response) => {
        if (options.sizes !== false) sizes = this.#readSizes(response, connection, keepsOwnImages, signal);
      },
    };
    const { ref, exporterResponse } = await withRetries(() => this.#run(job, exports), {
      limit: canBeTriedAgain(this.#input, options) ? (options.retry ?? 0) : 0,
      signal,
      onRetry: (error, attempt, wait) =>
        this.#tell({ kind: "note", message: retryText(error, attempt, wait, options) }),
    });
    const provenance = await this.#provenance(connection, ref, signal);
    await finishExports(exports, exporterResponse);
    await finishCaches(caches, exporterResponse, (message) => this.#tell({ kind: "note", message }));
    return {
      worker: worker.info,
      ref,
      digest: exporterResponse.get("containerimage.digest"),
      exporterResponse: new Map([...exporterResponse, ...provenance]),
      compilation: this.#compilation,
      answer: this.#answer,
      sizes: await sizes,
      timings: this.recorder.timings(),
    };
  }

  /** The job, and what of it an engine leaves to us. */
  async #run(job: Job, exports: ExportPlan): ReturnType<typeof runJob> {
    const solved = await runJob(job);
    if (exports.pushed.length === 0) return solved;
    const { connection, signal } = job;
    return { ...solved, exporterResponse: await pushFromEngine(exports, solved.exporterResponse, connection, signal) };
  }

  /** Lets go of what is not needed any more, however it ended. */
  end(): void {
    for (const source of this.#sources.values()) if (source.kind === "folder") source.ahead?.end();
  }

  #readSizes(
    response: ReadonlyMap<string, string>,
    connection: Connection,
    keepsOwnImages: boolean,
    signal: AbortSignal,
  ): Promise<readonly ImageSize[] | undefined> {
    const compiled = this.#compilation?.platforms ?? [];
    if (keepsOwnImages) {
      return readEngineImageSizes(response, {
        readImage: (id) => readEngineImage(connection.worker.endpoint, id, signal),
        config: compiled[0]?.imageJSON,
      });
    }
    return readImageSizes(response, {
      readBlob: (digest) => readWorkerBlob(connection, digest, signal),
      configs: new Map(compiled.map(({ platform, imageJSON }) => [platform, imageJSON])),
    });
  }

  #frontendOptions(
    inputs: BuildInputs,
    worker: Worker,
    protocol: "docker" | "buildkit",
    { imports }: CachePlan,
  ): ReadonlyMap<string, string> {
    const attestations = attestationOptions(this.#options, worker.attests, isDefinition(this.#input));
    if (isDefinition(this.#input)) return attestations;
    const asked = frontendOptions(this.#options, protocol, worker.hostGateway);
    const cacheImports = imports.map(({ type, attrs = {} }) => ({ Type: type, Attrs: attrs }));
    return new Map([
      ...attestations,
      ...inputs.frontendOptions,
      ...(imports.length === 0 ? [] : [["cache-imports", JSON.stringify(cacheImports)] as const]),
      ...asked,
      ...callOptions(this.#options, inputs.frontendOptions),
    ]);
  }

  #work(connection: Connection, { info: { platforms } }: Worker, { imports }: CachePlan, isAttested: boolean): Work {
    const { maxParallelism, keepGoing = false, syntax } = this.#options;
    const frontend = this.#options.frontend ?? (syntax === "forward" ? "dockerfile.v0" : undefined);
    const cacheImports = imports.map(({ type, attrs = {} }) => ({ type, attrs: new Map(Object.entries(attrs)) }));
    const how = {
      maxParallelism,
      keepGoing,
      mayRun: this.#options.requireCache === true ? this.#cacheRequirement(connection, cacheImports) : undefined,
      ignoresSyntax: syntax === "here",
      isAttested,
      cacheImports,
      platforms,
    };
    if (isDefinition(this.#input)) {
      this.definitions = [this.#input];
      return definitionWork(this.#input, how);
    }
    if (this.#options.call !== undefined) {
      return callWork(frontend, how.ignoresSyntax, (metadata) => {
        this.#answer = new Map([...metadata].map(([name, value]) => [name, Buffer.from(value).toString("utf8")]));
      });
    }
    if (frontend !== undefined) return { kind: "frontend", frontend };
    return dockerfileWork(how, (compilation) => {
      this.#compilation = compilation;
      this.definitions = compilation.platforms.map(({ definition }) => definition);
      this.#options.onCompiled?.(compilation);
    });
  }

  /** The build is done and well: that its record cannot be read is no reason to call it failed. */
  async #provenance(connection: Connection, ref: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const { provenanceRecord } = this.#options;
    if (provenanceRecord === undefined) return new Map();
    try {
      return await readProvenance(connection, ref, provenanceRecord, signal);
    } catch (error) {
      signal.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      await this.#tell({ kind: "note", message: `The worker's record of the provenance cannot be read: ${why}` });
      return new Map();
    }
  }

  #cacheRequirement(connection: Connection, cacheImports: readonly CacheImport[]): WorkOptions["mayRun"] {
    const { secrets: given = {}, sourcePolicy } = this.#options;
    const attach = (context: AttachableContext) => [
      auth({ credentials: dockerCredentials() }, context),
      secrets(new Map(Object.entries(given)), context),
    ];
    return (definitions, signal) =>
      requireCache(connection, definitions, cacheImports, { attach, sourcePolicy, signal });
  }

  #tell(event: SolveEvent): Promise<void> | void {
    this.recorder.record(event);
    this.#options.onEvent?.(event);
    return this.#sink(event);
  }
}

function keepsOnlyCache({ exporters }: ExportPlan, { outputs = [] }: SolveOptions): boolean {
  return exporters.length === 0 && outputs.length === 0;
}

const onlyCache =
  "No output was asked for: the result stays in the worker's cache only, unless it is loaded or pushed.";

/** What comes from a stream comes once, and what goes into one cannot be taken back. */
function canBeTriedAgain(input: BuildInput, { outputs = [] }: SolveOptions): boolean {
  const isStream = typeof input === "object" && "archive" in input && !(input.archive instanceof Uint8Array);
  return !isStream && outputs.every(({ dest }) => dest === undefined || typeof dest === "string");
}

function retryText(error: Error, attempt: number, wait: number, { retry = 0 }: SolveOptions): string {
  return `${error.message}\nTrying again in ${(wait / 1000).toFixed(1)} s (${attempt} of ${retry}).`;
}

const noInputs: BuildInputs = {
  sources: new Map(),
  ociLayouts: new Map(),
  uploads: new Map(),
  frontendOptions: new Map(),
  dockerfileUrl: undefined,
  sharedKey: "",
};

function entitlementsOf({ entitlements = [], network }: SolveOptions): readonly string[] {
  return network === "host" ? [...new Set([...entitlements, "network.host"])] : entitlements;
}

/** A git context over SSH brings the user's agent with it, if there is one. */
function grantedSsh(
  input: BuildInput,
  { ssh = {} }: SolveOptions,
  { SSH_AUTH_SOCK: agent = "" }: ReturnType<typeof environment>,
): Readonly<Record<string, readonly string[]>> {
  const isOverSsh = typeof input === "string" && /^(ssh:\/\/|git@)/.test(input);
  return isOverSsh && Object.keys(ssh).length === 0 && agent !== "" ? { default: [agent] } : ssh;
}

function isDefinition(input: BuildInput): input is Definition {
  return typeof input === "object" && "def" in input;
}
