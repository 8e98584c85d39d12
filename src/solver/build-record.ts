import { controlService } from "./buildkit/client-services.ts";
import type { Connection } from "./buildkit/connection.ts";
import type { control } from "./buildkit/proto/gen/buildkit.js";
import { toMap } from "./buildkit/wire.ts";
import { readWorkerBlob } from "./buildkit/worker-content.ts";
import { fieldOf, recordOf } from "./json-fields.ts";

/** How much of a provenance is wanted: without the steps and times of the build (`min`), or all. */
export type ProvenanceDetail = "min" | "max";

/**
 * The provenance that a worker recorded of a build, as docker buildx adds it to what the exporters said: by the key
 * `buildx.build.provenance`, of several platforms one each behind a slash, JSON in base64 in the form of SLSA 0.2. Empty
 * where the worker recorded none. Rejects as the connection's calls do.
 */
export async function readProvenance(
  connection: Connection,
  ref: string,
  detail: ProvenanceDetail,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const events = connection.stream(controlService.listenBuildHistory, { ref, earlyExit: true }, { signal });
  for await (const { record } of events) {
    if (record == null) continue;
    for (const [key, result] of resultsOf(record)) {
      const attestation = (result.attestations ?? []).find(isProvenance);
      if (attestation === undefined) continue;
      const blob = await readWorkerBlob(connection, attestation.digest ?? "", signal);
      const provenance = asSlsa02(JSON.parse(blob.toString("utf8")), detail);
      found.set(key, Buffer.from(JSON.stringify(provenance)).toString("base64"));
    }
  }
  return found;
}

const key = "buildx.build.provenance";

function resultsOf(
  record: control.BuildHistoryRecord.$Properties,
): readonly (readonly [string, control.BuildResultInfo.$Properties])[] {
  const results = [...toMap(record.results ?? {})];
  if (results.length > 0) return results.map(([platform, result]) => [`${key}/${platform}`, result]);
  return record.result == null ? [] : [[key, record.result]];
}

type Attestation = NonNullable<control.BuildResultInfo.$Properties["attestations"]>[number];

function isProvenance({ mediaType, annotations }: Attestation): boolean {
  const predicate = toMap(annotations ?? {}).get("in-toto.io/predicate-type") ?? "";
  return mediaType === "application/vnd.in-toto+json" && predicate.startsWith("https://slsa.dev/provenance/");
}

/** The form in which buildx has it, whichever of the two a worker records. */
function asSlsa02(predicate: unknown, detail: ProvenanceDetail): object {
  const isNewer = fieldOf(predicate, "buildDefinition") !== undefined;
  const { buildConfig, metadata, ...rest } = isNewer ? fromSlsa1(predicate) : recordOf(predicate);
  if (detail === "min") return rest;
  return {
    ...rest,
    ...(buildConfig === undefined ? {} : { buildConfig }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function fromSlsa1(predicate: unknown): Readonly<Record<string, unknown>> {
  const definition = fieldOf(predicate, "buildDefinition");
  const external = fieldOf(definition, "externalParameters");
  const internal = recordOf(fieldOf(definition, "internalParameters"));
  const source = fieldOf(external, "configSource");
  const { builderPlatform, buildConfig, ...environment } = internal;
  const dependencies = fieldOf(definition, "resolvedDependencies");
  const run = fieldOf(predicate, "runDetails");
  return {
    builder: { id: fieldOf(fieldOf(run, "builder"), "id") ?? "" },
    buildType: "https://mobyproject.org/buildkit@v1",
    materials: (Array.isArray(dependencies) ? dependencies : []).map((dependency) => ({
      uri: fieldOf(dependency, "uri"),
      digest: fieldOf(dependency, "digest"),
    })),
    invocation: {
      configSource: {
        uri: fieldOf(source, "uri"),
        digest: fieldOf(source, "digest"),
        entryPoint: fieldOf(source, "path"),
      },
      parameters: fieldOf(external, "request"),
      environment: { platform: builderPlatform, ...environment },
    },
    buildConfig,
    metadata: metadataOf(fieldOf(run, "metadata")),
  };
}

function metadataOf(metadata: unknown): Readonly<Record<string, unknown>> | undefined {
  if (metadata === undefined) return undefined;
  const { invocationID, invocationId, startedOn, finishedOn, completeness, reproducible, ...rest } = recordOf(metadata);
  return {
    buildInvocationID: invocationID ?? invocationId,
    buildStartedOn: startedOn,
    buildFinishedOn: finishedOn,
    completeness: {
      parameters: fieldOf(completeness, "request"),
      environment: true,
      materials: fieldOf(completeness, "resolvedDependencies"),
    },
    reproducible,
    ...rest,
  };
}
