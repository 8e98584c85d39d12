import { setTimeout } from "node:timers/promises";
import { Failure } from "../failure.ts";
import type { Gateway } from "../frontend/gateway.ts";
import type { CacheImport } from "../graph/config/cache-imports.ts";
import type { Definition } from "../llb/definition.ts";
import { type Asking, askWorker } from "./ask-worker.ts";
import type { Connection } from "./buildkit/connection.ts";
import type { SolveEvent } from "./events.ts";
import { type ProbeDefinition, type ProbedStep, probeDefinition } from "./probe-definition.ts";
import { sourceOfVertex } from "./vertex-source.ts";

/**
 * Resolves when everything that a build of the definitions needs is in a cache, the worker's own or one that is imported.
 * Rejects with a Failure `not-cached` that names the first steps that would run; no RUN step of them has started. Sources
 * are looked up as in a build, files of the context are sent, and files may have been copied to find out what they are.
 */
export async function requireCache(
  connection: Connection,
  definitions: readonly Definition[],
  cacheImports: readonly CacheImport[],
  asking: Omit<Asking, "onEvent">,
): Promise<void> {
  const probes = definitions.filter(({ def }) => def.length > 0).map(({ bytes }) => probeDefinition(bytes));
  const watch = new Watch(probes, (digest) => isOfContext(definitions, digest));
  const missing = await askWorker(
    connection,
    { ...asking, onEvent: (event) => watch.onEvent(event) },
    (gateway, signal) => findMissing(gateway, probes, cacheImports, watch, signal),
  );
  if (missing.length > 0) throw notCached(missing, definitions);
}

/** What a Dockerfile does not say is how its context comes about, as by unpacking: a source, and no step. */
function isOfContext(definitions: readonly Definition[], digest: string): boolean {
  return definitions.every(({ source }) => source !== undefined && !source.locations.has(digest));
}

interface MissingStep {
  readonly digest: string;
  readonly name: string;
}

async function findMissing(
  gateway: Gateway,
  probes: readonly ProbeDefinition[],
  cacheImports: readonly CacheImport[],
  watch: Watch,
  signal: AbortSignal,
): Promise<readonly MissingStep[]> {
  const solves = probes.map(({ bytes }) => gateway.solve({ definition: bytes, evaluate: true, cacheImports }, signal));
  const settled = await Promise.allSettled(solves);
  const heads = probes.flatMap(({ head }, index) => (settled[index]?.status === "fulfilled" && head ? [head] : []));
  await watch.heardOf(heads, signal);
  const missing = watch.missing();
  const failed = settled.find((each) => each.status === "rejected");
  // Something else than a step that would run: an image that is not there, a file that is missing.
  if (missing.length === 0 && failed !== undefined) throw failed.reason;
  return missing;
}

/** What a worker tells about steps comes some time after its answer: how long it may be silent, in milliseconds. */
const patience = 2000;

/** Reads the events of a probe for what is not cached. */
class Watch {
  readonly #steps: ReadonlyMap<string, ProbedStep>;
  /** A worker with a source policy calls vertices by other digests. */
  readonly #byName: ReadonlyMap<string, ProbedStep>;
  readonly #names = new Map<string, string>();
  readonly #started = new Set<string>();
  readonly #completed = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #cached = new Set<string>();
  #heard = new AbortController();

  constructor(probes: readonly ProbeDefinition[], isSource: (digest: string) => boolean) {
    const steps = probes.flatMap((probe) => [...probe.steps]);
    this.#steps = new Map(
      steps.map(([name, step]) => [name, isSource(step.digest) ? { ...step, kind: "other" } : step]),
    );
    this.#byName = new Map([...this.#steps.values()].map((step) => [step.name, step]));
  }

  onEvent(event: SolveEvent): void {
    switch (event.kind) {
      case "vertex":
        this.#names.set(event.vertex, event.name);
        break;
      case "started":
        this.#started.add(event.vertex);
        break;
      case "cached":
        this.#cached.add(event.vertex);
        this.#ended.add(event.vertex);
        break;
      case "completed":
        this.#completed.add(event.vertex);
        this.#ended.add(event.vertex);
        break;
      case "failed":
        this.#ended.add(event.vertex);
        break;
      default:
        return;
    }
    this.#heard.abort();
    this.#heard = new AbortController();
  }

  /** Waits until it was told how vertices ended; not for ever, since of vertices that are equal one is told of. */
  async heardOf(vertices: readonly string[], signal: AbortSignal): Promise<void> {
    while (vertices.some((vertex) => !this.#ended.has(vertex))) {
      const heard = this.#heard.signal;
      const wasSilent = await setTimeout(patience, true, { signal: AbortSignal.any([heard, signal]) }).catch(
        () => false,
      );
      signal.throwIfAborted();
      if (wasSilent) return;
    }
  }

  /** The steps that would run first: those before which no other would, in the order of the definitions. */
  missing(): readonly MissingStep[] {
    const names = new Map([...this.#names].flatMap(([vertex, name]) => this.#missingStep(vertex, name)));
    const behind = new Set<string>();
    const first: MissingStep[] = [];
    for (const [vertex, step] of this.#steps) {
      const name = names.get(step);
      const isBehind = step.inputs.some((input) => behind.has(input));
      if (name !== undefined || isBehind) behind.add(vertex);
      if (name !== undefined && !isBehind) first.push({ digest: step.digest, name });
    }
    return first;
  }

  #missingStep(vertex: string, name: string): readonly (readonly [ProbedStep, string])[] {
    const step = this.#steps.get(vertex) ?? this.#byName.get(name);
    if (step === undefined || step.kind === "other" || this.#cached.has(vertex)) return [];
    const ran = step.kind === "exec" ? this.#started.has(vertex) : this.#completed.has(vertex);
    return ran ? [[step, name]] : [];
  }
}

const mostNamed = 10;

function notCached(missing: readonly MissingStep[], definitions: readonly Definition[]): Failure {
  const named = missing.slice(0, mostNamed).map(({ name }) => `  ${name}`);
  const more = missing.length > mostNamed ? [`  and ${missing.length - mostNamed} more`] : [];
  const [first] = missing;
  const source = first === undefined ? undefined : sourceOfVertex(definitions, first.digest, first.name);
  const what = missing.length === 1 ? "a step is" : `${missing.length} steps are`;
  return new Failure("not-cached", `${what} not in the cache and would run first:\n${[...named, ...more].join("\n")}`, {
    remedy:
      "Build without the requirement, on the worker that has the cache, or bring the cache with cacheFrom (--cache-from).",
    ...(source === undefined ? {} : { source }),
  });
}
