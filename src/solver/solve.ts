import { Failure } from "../failure.ts";
import type { Compilation } from "../graph/compilation.ts";
import type { Definition } from "../llb/definition.ts";
import { dockerCredentials } from "../registry/docker-credentials.ts";
import { type BuildInputs, findInputs } from "./build-inputs.ts";
import type { Attachable, AttachableContext, ExportTarget } from "./buildkit/attachable.ts";
import { auth } from "./buildkit/auth/auth.ts";
import { Connection } from "./buildkit/connection.ts";
import { contentStore } from "./buildkit/content-store.ts";
import { discover } from "./buildkit/discover.ts";
import { fileSend } from "./buildkit/filesend/file-send.ts";
import { fileSync } from "./buildkit/filesync/file-sync.ts";
import { runJob, type Work } from "./buildkit/job.ts";
import { secrets } from "./buildkit/secrets.ts";
import { newId } from "./buildkit/session.ts";
import { readWorkerInfo } from "./buildkit/worker-info.ts";
import { checkOptions } from "./check-options.ts";
import { checkTargets } from "./check-targets.ts";
import { declaredLists } from "./declared-lists.ts";
import { describeFailure } from "./describe-failure.ts";
import type { SolveEvent, WorkerInfo } from "./events.ts";
import { frontendOptions } from "./frontend-options.ts";
import { planExports } from "./outputs.ts";
import { Recorder } from "./recorder.ts";
import type { DockerfileInput, SolveOptions, SolveResult } from "./solve-options.ts";
import { definitionWork, dockerfileWork } from "./work.ts";

/**
 * Builds on a BuildKit worker: the Dockerfile of a context (given as a folder, or a git or web address), a Dockerfile
 * given as text, or a definition as it is.
 *
 * Rejects with a DockerfileError for an invalid Dockerfile, and otherwise with a Failure, by `code`: `usage`,
 * `worker-unreachable`, `platform-unsupported`, `context-unreadable`, `context-changed`, `step-failed` (a StepFailure),
 * `image-unresolved`, `auth-refused`, `export-failed`, `capability-missing`, `definition-too-large`, `worker-refused`,
 * `cancelled`. Whatever happens, nothing half-written stays, no handle is left open, and the build does not go on on the
 * worker.
 */
export async function solve(
  input: string | DockerfileInput | Definition,
  options: SolveOptions = {},
): Promise<SolveResult> {
  checkOptions(options);
  const signal = options.signal ?? new AbortController().signal;
  const build = new Build(options);
  try {
    return await build.run(input, signal);
  } catch (error) {
    if (signal.aborted) throw new Failure("cancelled", "the build was cancelled", { cause: error });
    throw describeFailure(error, build.recorder, build.definitions);
  } finally {
    build.close();
  }
}

/** One call of `solve`: the connection, and what has been learnt so far. */
class Build {
  readonly recorder = new Recorder();
  definitions: readonly Definition[] = [];
  readonly #options: SolveOptions;
  #connection: Connection | undefined;
  #compilation: Compilation | undefined;

  constructor(options: SolveOptions) {
    this.#options = options;
  }

  async run(input: string | DockerfileInput | Definition, signal: AbortSignal): Promise<SolveResult> {
    const options = this.#options;
    const inputs = isDefinition(input) ? noInputs : await findInputs(input, options);
    const found = await discover({ addr: options.addr, tls: options.tls, signal });
    const { exporters, targets } = planExports(options, found.protocol);
    await checkTargets(targets.values());
    const connection = new Connection(found);
    this.#connection = connection;
    const worker = await readWorkerInfo(connection, signal);
    this.#tell({ kind: "worker", worker });
    const { ref, exporterResponse } = await runJob({
      connection,
      session: {
        id: options.sessionId ?? newId(),
        sharedKey: inputs.sharedKey,
        attach: (context) => attachables(options, inputs, targets, () => declaredLists(this.definitions), context),
      },
      what: this.#work(input, worker),
      frontendOptions: isDefinition(input)
        ? new Map()
        : new Map([...inputs.frontendOptions, ...frontendOptions(options, found.protocol)]),
      exporters,
      entitlements: entitlementsOf(options),
      signal,
      onEvent: (event) => this.#tell(event),
    });
    return {
      worker,
      ref,
      digest: exporterResponse.get("containerimage.digest"),
      exporterResponse,
      compilation: this.#compilation,
      timings: this.recorder.timings(),
    };
  }

  close(): void {
    this.#connection?.close();
  }

  #work(input: string | DockerfileInput | Definition, { platforms }: WorkerInfo): Work {
    const { frontend, maxParallelism } = this.#options;
    if (isDefinition(input)) {
      this.definitions = [input];
      return definitionWork(input, { maxParallelism, platforms });
    }
    if (frontend !== undefined) return { kind: "frontend", frontend };
    return dockerfileWork({ maxParallelism, platforms }, (compilation) => {
      this.#compilation = compilation;
      this.definitions = compilation.platforms.map(({ definition }) => definition);
    });
  }

  #tell(event: SolveEvent): void {
    this.recorder.record(event);
    this.#options.onEvent?.(event);
  }
}

const noInputs: BuildInputs = { sources: new Map(), ociLayouts: new Map(), frontendOptions: new Map(), sharedKey: "" };

function attachables(
  { secrets: given }: SolveOptions,
  { sources, ociLayouts }: BuildInputs,
  targets: ReadonlyMap<number, ExportTarget>,
  declared: () => readonly (readonly string[])[],
  context: AttachableContext,
): readonly Attachable[] {
  return [
    fileSync({ sources, declaredLists: declared }, context),
    fileSend({ targets }, context),
    auth({ credentials: dockerCredentials() }, context),
    secrets(new Map(Object.entries(given ?? {})), context),
    ...(ociLayouts.size === 0 ? [] : [contentStore(ociLayouts, context)]),
  ];
}

function entitlementsOf({ entitlements = [], network }: SolveOptions): readonly string[] {
  return network === "host" ? [...new Set([...entitlements, "network.host"])] : entitlements;
}

function isDefinition(input: string | DockerfileInput | Definition): input is Definition {
  return typeof input === "object" && "def" in input;
}
