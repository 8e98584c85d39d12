import Long from "long";
import type {
  Attestation,
  BuildEnvironment,
  FrontendResult,
  Gateway,
  GatewayRef,
  GatewayResult,
  GatewaySolveRequest,
  GatewayWarning,
  GatewayWorker,
  ImageConfig,
  ImageConfigRequest,
  SourceMeta,
  SourceMetaRequest,
} from "../../frontend/gateway.ts";
import type { Bridge } from "./bridge.ts";
import { bridgeService } from "./client-services.ts";
import { checkDefinitionSize } from "./definition-size.ts";
import { gatewayRef } from "./gateway-ref.ts";
import type { common, gateway } from "./proto/gen/buildkit.js";
import { statusOf } from "./rpc-status.ts";
import { fromWirePlatform, toMap, toRecord, toWirePlatform } from "./wire.ts";

/** What the opener of a build knows of it; the rest of `BuildEnvironment` comes from the worker. */
export interface BuildFacts {
  readonly options: ReadonlyMap<string, string>;
  readonly sessionId: string;
  readonly product: string;
  /** The inputs that it was opened with; absent: as the worker tells them. */
  readonly inputs?: ReadonlyMap<string, Uint8Array> | undefined;
  /** Absent: as the worker tells them. */
  readonly workers?: readonly GatewayWorker[] | undefined;
}

/** What a worker can do that was made before capabilities were told. */
const firstGatewayCaps = ["solve.base", "solve.inlinereturn", "resolveimage", "readfile"];

/**
 * Asks the worker what it can do (Ping) and gives its gateway for one build.
 *
 * A definition beyond the worker's message limit rejects with a Failure `definition-too-large` and is not sent.
 */
export async function openGateway(bridge: Bridge, facts: BuildFacts, signal: AbortSignal): Promise<Gateway> {
  const pong = await bridge.call(bridgeService.ping, {}, signal);
  const { inputs, ...known } = facts;
  const build = {
    ...known,
    workers: facts.workers ?? pong.workers.map(readWorker),
    llbCaps: enabled(pong.llbCaps),
    gatewayCaps: pong.frontendApiCaps.length === 0 ? new Set(firstGatewayCaps) : enabled(pong.frontendApiCaps),
  };
  return new BridgeGateway(bridge, build, inputs);
}

function readWorker({ id, labels, platforms }: common.WorkerRecord.$Properties): GatewayWorker {
  return { id: id ?? "", labels: toMap(labels), platforms: (platforms ?? []).map(fromWirePlatform) };
}

function enabled(caps: readonly gateway.ApiCap.$Properties[]): Set<string> {
  return new Set(caps.flatMap((cap) => (cap.enabled === true ? [cap.id ?? ""] : [])));
}

class BridgeGateway implements Gateway {
  readonly build: BuildEnvironment;
  readonly #bridge: Bridge;
  readonly #inputs: BuildFacts["inputs"];

  constructor(bridge: Bridge, build: BuildEnvironment, inputs: BuildFacts["inputs"]) {
    this.#bridge = bridge;
    this.build = build;
    this.#inputs = inputs;
  }

  async resolveSourceMeta(request: SourceMetaRequest, signal: AbortSignal): Promise<SourceMeta> {
    const meta = await this.#bridge.call(
      bridgeService.resolveSourceMeta,
      {
        source: { identifier: request.identifier, attrs: toRecord(request.attrs) },
        logName: request.logName ?? "",
        resolveMode: request.resolveMode ?? "",
        ...(request.platform === undefined ? {} : { platform: toWirePlatform(request.platform) }),
        ...(isImage(request.identifier) ? { image: { noConfig: false } } : {}),
        ...(request.gitObjects === true ? { git: { returnObject: true } } : {}),
      },
      signal,
    );
    return readSourceMeta(meta, request);
  }

  async resolveImageConfig(request: ImageConfigRequest, signal: AbortSignal): Promise<ImageConfig> {
    const { ociLayout } = request;
    const answer = await this.#bridge.call(
      bridgeService.resolveImageConfig,
      {
        ref: request.ref,
        resolveMode: request.resolveMode ?? "",
        logName: request.logName ?? "",
        ...(request.platform === undefined ? {} : { platform: toWirePlatform(request.platform) }),
        ...(ociLayout === undefined ? {} : { resolverType: 1, ...ociLayout }),
      },
      signal,
    );
    return { ref: answer.ref === "" ? request.ref : answer.ref, digest: answer.digest, config: answer.config };
  }

  async solve(request: GatewaySolveRequest, signal: AbortSignal): Promise<GatewayResult> {
    if (request.definition !== undefined) checkDefinitionSize(request.definition);
    const evaluates = this.build.gatewayCaps.has("gateway.solve.evaluate");
    const answer = await this.#bridge.call(
      bridgeService.solve,
      {
        frontend: request.frontend ?? "",
        frontendOpt: toRecord(request.frontendOptions ?? new Map()),
        frontendInputs: toRecord(request.frontendInputs ?? new Map()),
        cacheImports: (request.cacheImports ?? []).map(({ type, attrs }) => ({ type, attrs: toRecord(attrs) })),
        allowResultReturn: true,
        allowResultArrayRef: true,
        evaluate: evaluates && request.evaluate === true,
        ...(request.definition === undefined ? {} : { definition: request.definition }),
      },
      signal,
    );
    const result = this.#readResult(answer);
    if (request.evaluate === true && !evaluates) await evaluateAll(result, signal);
    return result;
  }

  async inputs(signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>> {
    if (this.#inputs !== undefined) return this.#inputs;
    return toMap((await this.#bridge.call(bridgeService.inputs, {}, signal)).definitions);
  }

  async warn(warning: GatewayWarning, signal: AbortSignal): Promise<void> {
    if (!this.build.gatewayCaps.has("gateway.warnings")) return;
    const { source } = warning;
    await this.#bridge.call(
      bridgeService.warn,
      {
        digest: warning.digest,
        level: Long.fromNumber(warning.level),
        short: Buffer.from(warning.short),
        detail: warning.detail.map((line) => Buffer.from(line)),
        url: warning.url,
        ranges: warning.ranges.map(({ start, end }) => ({ start: { ...start }, end: { ...end } })),
        ...(source === undefined ? {} : { info: { ...source, definition: source.definition ?? new Uint8Array() } }),
      },
      signal,
    );
  }

  async return(result: FrontendResult, signal: AbortSignal): Promise<void> {
    const answer: gateway.Result.$Properties = {
      ...(result.refs === undefined ? this.#oneRef(result.ref) : this.#manyRefs(result.refs)),
      metadata: toRecord(result.metadata),
      ...(result.attestations === undefined ? {} : { attestations: writeAttestations(result.attestations) }),
    };
    await this.#bridge.call(bridgeService.return, { result: answer }, signal);
  }

  async fail(error: unknown, signal: AbortSignal): Promise<void> {
    try {
      await this.#bridge.call(bridgeService.return, { error: statusOf(error) }, signal);
    } catch {
      // The build is over already: there is nobody left to tell.
    }
  }

  /** Workers from before refs were messages read plain ids. */
  #oneRef(ref: GatewayRef | undefined): gateway.Result.$Properties {
    const id = ref?.id ?? "";
    return this.#readsRefMessages() ? { ref: { id } } : { plainRef: id };
  }

  #manyRefs(refs: ReadonlyMap<string, GatewayRef | undefined>): gateway.Result.$Properties {
    if (!this.#readsRefMessages()) {
      return { plainRefs: { refs: toRecord(new Map([...refs].map(([name, ref]) => [name, ref?.id ?? ""]))) } };
    }
    return { refs: { refs: toRecord(new Map([...refs].map(([name, ref]) => [name, { id: ref?.id ?? "" }]))) } };
  }

  #readsRefMessages(): boolean {
    return this.build.gatewayCaps.has("proto.refarray");
  }

  #readResult(answer: gateway.SolveResponse): GatewayResult {
    const { result } = answer;
    if (result == null) return { ref: this.#ref(answer.ref), refs: new Map(), metadata: new Map() };
    const metadata = toMap(result.metadata);
    const attestations = this.#readAttestations(toMap(result.attestations ?? {}));
    if (result.refs != null) {
      const refs = [...toMap(result.refs.refs)].map(([name, ref]) => [name, this.#ref(ref.id, ref.def)] as const);
      return { refs: new Map(refs), metadata, attestations };
    }
    if (result.plainRefs != null) {
      const refs = [...toMap(result.plainRefs.refs)].map(([name, id]) => [name, this.#ref(id)] as const);
      return { refs: new Map(refs), metadata };
    }
    const ref = this.#ref(result.ref?.id ?? result.plainRef, result.ref?.def);
    return { ref, refs: new Map(), metadata, attestations };
  }

  #ref(id: string | null | undefined, definition?: Uint8Array | null): GatewayRef | undefined {
    if (id == null || id === "") return undefined;
    const canEvaluate = this.build.gatewayCaps.has("gateway.evaluate");
    return gatewayRef(this.#bridge, { id, definition: definition ?? undefined }, canEvaluate);
  }

  /** Those that are folders: of a frontend there are no others. */
  #readAttestations(
    attestations: ReadonlyMap<string, gateway.Attestations.$Properties>,
  ): ReadonlyMap<string, readonly Attestation[]> | undefined {
    if (attestations.size === 0) return undefined;
    const read = [...attestations].map(([platform, { attestation }]) => {
      const bundles = (attestation ?? []).filter(({ kind }) => kind === attestationBundle);
      const list = bundles.map(({ ref, inTotoPredicateType, metadata }) => ({
        ref: this.#ref(ref?.id),
        predicateType: inTotoPredicateType ?? "",
        metadata: toMap(metadata),
      }));
      return [platform, list] as const;
    });
    return new Map(read);
  }
}

/** BuildKit's kind of an attestation that is a folder. */
const attestationBundle = 1;

/** Each is a bundle: as many statements as there are files in it. */
function writeAttestations(
  attestations: ReadonlyMap<string, readonly Attestation[]>,
): Record<string, gateway.Attestations.$Properties> {
  const written = [...attestations].map(([platform, list]) => {
    const attestation = list.map(({ ref, predicateType, metadata }) => ({
      kind: attestationBundle,
      metadata: toRecord(metadata),
      ref: { id: ref?.id ?? "" },
      inTotoPredicateType: predicateType,
    }));
    return [platform, { attestation }] as const;
  });
  return toRecord(new Map(written));
}

function isImage(identifier: string): boolean {
  return identifier.startsWith("docker-image://") || identifier.startsWith("oci-layout://");
}

function readSourceMeta(meta: gateway.ResolveSourceMetaResponse, request: SourceMetaRequest): SourceMeta {
  const { source, image, git, http } = meta;
  return {
    identifier: source?.identifier ?? request.identifier,
    attrs: source == null ? request.attrs : toMap(source.attrs),
    ...(image == null ? {} : { image: { digest: image.digest ?? "", config: image.config ?? new Uint8Array() } }),
    ...(git == null
      ? {}
      : {
          git: {
            checksum: git.checksum ?? "",
            ref: git.ref ?? "",
            commitChecksum: git.commitChecksum ?? "",
            commitObject: orAbsent(git.commitObject),
            tagObject: orAbsent(git.tagObject),
          },
        }),
    ...(http == null
      ? {}
      : {
          http: {
            digest: http.checksum ?? "",
            filename: http.filename ?? "",
            lastModified: http.lastModified == null ? undefined : seconds(http.lastModified),
          },
        }),
  };
}

function orAbsent(bytes: Uint8Array | null | undefined): Uint8Array | undefined {
  return bytes == null || bytes.length === 0 ? undefined : bytes;
}

function seconds(time: common.Timestamp.$Properties): bigint {
  return time.seconds?.toBigInt() ?? 0n;
}

async function evaluateAll(result: GatewayResult, signal: AbortSignal): Promise<void> {
  const refs = [result.ref, ...result.refs.values()];
  await Promise.all(refs.map((ref) => ref?.evaluate(signal)));
}
