import type {
  BuildEnvironment,
  FrontendResult,
  Gateway,
  GatewayRef,
  GatewayResult,
  GatewaySolveRequest,
  GatewayWarning,
  ImageConfig,
  ImageConfigRequest,
  SourceMeta,
  SourceMetaRequest,
} from "../../src/frontend/gateway.ts";
import { llbCaps } from "../../src/llb/caps.ts";
import { unmarshal } from "../../src/llb/unmarshal.ts";

export interface MemoryWorld {
  readonly options?: Readonly<Record<string, string>>;
  /** By identifier of a source op: the files that it holds. */
  readonly files?: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>;
  readonly build?: Partial<BuildEnvironment>;
  /** What a source stands for; images have a config of their platform when absent. */
  readonly source?: (request: SourceMetaRequest) => SourceMeta | Promise<SourceMeta> | undefined;
  readonly inputs?: ReadonlyMap<string, Uint8Array>;
  /** What the worker's own frontend makes of the Dockerfile. */
  readonly own?: () => Promise<GatewayResult>;
  /** Comes before the answer of every solve of a result. */
  readonly beforeSolve?: (request: GatewaySolveRequest, signal: AbortSignal) => Promise<void>;
}

const gatewayCaps = [
  "frontend.inputs",
  "gateway.warnings",
  "gateway.solve.evaluate",
  "source.metaresolver",
  "proto.refarray",
];

/**
 * A worker's gateway that runs nothing: it serves files of sources from memory, resolves images, and keeps what it is
 * asked. The calls, their order and their signals are those of a real one.
 */
export class MemoryGateway implements Gateway {
  readonly build: BuildEnvironment;
  readonly solves: GatewaySolveRequest[] = [];
  readonly imageRequests: ImageConfigRequest[] = [];
  readonly sourceRequests: SourceMetaRequest[] = [];
  readonly warnings: GatewayWarning[] = [];
  readonly outcomes: ({ readonly result: FrontendResult } | { readonly error: unknown })[] = [];
  readonly #world: MemoryWorld;

  constructor(world: MemoryWorld) {
    this.#world = world;
    this.build = {
      options: new Map(Object.entries(world.options ?? {})),
      sessionId: "session-1",
      workers: [{ id: "w", labels: new Map(), platforms: [{ os: "linux", architecture: "amd64" }] }],
      product: "",
      llbCaps: new Set(llbCaps),
      gatewayCaps: new Set(gatewayCaps),
      ...world.build,
    };
  }

  async resolveSourceMeta(request: SourceMetaRequest, signal: AbortSignal): Promise<SourceMeta> {
    signal.throwIfAborted();
    this.sourceRequests.push(request);
    const { identifier, attrs } = request;
    const known = await this.#world.source?.(request);
    return known ?? { identifier, attrs, image: { digest: "", config: configFor(request) } };
  }

  async resolveImageConfig(request: ImageConfigRequest, signal: AbortSignal): Promise<ImageConfig> {
    signal.throwIfAborted();
    this.imageRequests.push(request);
    return { ref: request.ref, digest: "", config: configFor(request) };
  }

  async solve(request: GatewaySolveRequest, signal: AbortSignal): Promise<GatewayResult> {
    const id = `ref-${this.solves.push(request)}`;
    const { definition = new Uint8Array() } = request;
    if (request.frontend === "dockerfile.v0" && this.#world.own !== undefined) return this.#world.own();
    const { ops } = unmarshal(definition);
    const [op] = ops;
    const files = ops.length === 2 && op?.kind === "source" ? this.#world.files?.[op.identifier] : undefined;
    if (files === undefined) await this.#world.beforeSolve?.(request, signal);
    signal.throwIfAborted();
    const ref = ops.length === 0 ? undefined : memoryRef(id, files ?? {});
    return { ref, refs: new Map(), metadata: new Map([["from", Buffer.from(request.frontend ?? "")]]) };
  }

  async inputs(signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>> {
    signal.throwIfAborted();
    return this.#world.inputs ?? new Map();
  }

  async warn(warning: GatewayWarning, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.warnings.push(warning);
  }

  async return(result: FrontendResult): Promise<void> {
    this.outcomes.push({ result });
  }

  async fail(error: unknown): Promise<void> {
    this.outcomes.push({ error });
  }

  /** The definitions solved for the result: only they come with caches to look in. */
  get results(): readonly Uint8Array[] {
    return this.solves.flatMap(({ definition, cacheImports }) =>
      cacheImports === undefined ? [] : (definition ?? []),
    );
  }
}

function configFor({ platform }: Pick<SourceMetaRequest, "platform">): Uint8Array {
  const { os = "linux", architecture = "amd64" } = platform ?? {};
  return Buffer.from(
    JSON.stringify({ os, architecture, rootfs: { type: "layers", diff_ids: [`sha256:${"a".repeat(64)}`] } }),
  );
}

function memoryRef(id: string, files: Readonly<Record<string, string | Uint8Array>>): GatewayRef {
  const read = async (path: string, signal: AbortSignal): Promise<Uint8Array> => {
    signal.throwIfAborted();
    const content = files[path];
    if (content === undefined) throw new Error(`open ${path}: no such file or directory`);
    return typeof content === "string" ? Buffer.from(content) : content;
  };
  const unsupported = () => Promise.reject(new Error("not served"));
  return {
    id,
    readFile: async (path, { offset = 0, length }, signal) =>
      (await read(path, signal)).subarray(offset, length === undefined ? undefined : offset + length),
    readDir: unsupported,
    statFile: unsupported,
    evaluate: async (signal) => signal.throwIfAborted(),
  };
}
