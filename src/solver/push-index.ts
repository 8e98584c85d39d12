import { createHash } from "node:crypto";
import { environment } from "../environment.ts";
import { Failure } from "../failure.ts";
import { type ImageReference, parseImageReference, withDefaultTag } from "../image-reference.ts";
import { createRegistryClient, type RegistryClient } from "../registry/client.ts";
import { dockerCredentials } from "../registry/docker-credentials.ts";
import { indexTypes } from "../registry/media-types.ts";
import { readRegistryConfig } from "../registry/registry-config.ts";
import { annotationAttrs } from "./annotations.ts";
import { fieldOf, recordOf } from "./json-fields.ts";

export interface JoinOptions {
  /** Of which the first tells the registry where the parts are. */
  readonly names: readonly string[];
  /** Their registry is spoken to without TLS. */
  readonly insecure: boolean;
  readonly annotations?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface IndexDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Joins images that were pushed by their digests, as exporters told of them, to one index, byte for byte as docker buildx
 * writes it, and pushes that under each of the names.
 *
 * Rejects with a Failure: `image-unresolved`, `auth-refused` or `export-failed`.
 */
export async function joinImages(
  exporterResponses: readonly ReadonlyMap<string, string>[],
  { names, insecure, annotations = [], signal }: JoinOptions,
): Promise<IndexDescriptor> {
  const references = names.map(referenceOf);
  const [first] = references;
  if (first === undefined) throw new Error("an index without a name");
  const client = await clientFor(references, insecure);
  const parts = await Promise.all(exporterResponses.map((response) => readPart(client, first, response, signal)));
  const content = indexOf(parts.flat(), indexAnnotations(annotations));
  const { mediaType, bytes } = content;
  for (const reference of references) await client.writeManifest(reference, { mediaType, content: bytes }, signal);
  return { mediaType, digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`, size: bytes.byteLength };
}

/** The entries of one node's index, with all their fields; or the image itself as an entry. */
async function readPart(
  client: RegistryClient,
  place: ImageReference,
  response: ReadonlyMap<string, string>,
  signal: AbortSignal | undefined,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const encoded = response.get("containerimage.descriptor") ?? "";
  const descriptor = recordOf(encoded === "" ? undefined : JSON.parse(Buffer.from(encoded, "base64").toString("utf8")));
  const digest = descriptor.digest ?? response.get("containerimage.digest");
  if (typeof digest !== "string") {
    throw new Failure("export-failed", "a node does not tell which image it pushed", {
      remedy: "Use workers of BuildKit 0.10 or newer.",
    });
  }
  const manifest = await client.readManifest({ ...place, tag: "", digest }, signal);
  const entries = fieldOf(JSON.parse(Buffer.from(manifest.content).toString("utf8")), "manifests");
  return indexTypes.has(manifest.mediaType) && Array.isArray(entries) ? entries.map(recordOf) : [descriptor];
}

function indexOf(
  entries: readonly Readonly<Record<string, unknown>>[],
  annotations: ReadonlyMap<string, string>,
): { readonly mediaType: string; readonly bytes: Uint8Array } {
  const byDigest = new Map<unknown, Readonly<Record<string, unknown>>>();
  for (const entry of entries) byDigest.set(entry.digest, { ...byDigest.get(entry.digest), ...entry });
  const manifests = [...byDigest.values()];
  const isDocker = manifests.every(({ mediaType }) => String(mediaType).startsWith("application/vnd.docker."));
  const mediaType = isDocker
    ? "application/vnd.docker.distribution.manifest.list.v2+json"
    : "application/vnd.oci.image.index.v1+json";
  const index = {
    schemaVersion: 2,
    mediaType,
    manifests,
    // Only OCI's kind has a place for them.
    ...(isDocker || annotations.size === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
  };
  return { mediaType, bytes: Buffer.from(JSON.stringify(index, undefined, 2)) };
}

/** Those of other levels are in what the nodes pushed. */
function indexAnnotations(annotations: readonly string[]): ReadonlyMap<string, string> {
  const prefix = "annotation-index.";
  const own = [...annotationAttrs(annotations)].filter(([key]) => key.startsWith(prefix));
  return new Map(
    own.map(([key, value]) => [key.slice(prefix.length), value] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

async function clientFor(references: readonly ImageReference[], insecure: boolean): Promise<RegistryClient> {
  const env = environment();
  const config = await readRegistryConfig(env);
  const domains = insecure ? references.map(({ domain }) => domain) : [];
  return createRegistryClient({
    credentials: dockerCredentials(),
    config: { ...config, insecure: [...(config.insecure ?? []), ...domains] },
  });
}

function referenceOf(name: string): ImageReference {
  const reference = parseImageReference(name);
  if (reference !== undefined) return withDefaultTag(reference);
  throw new Failure("usage", `"${name}" is no name of an image`, {
    remedy: "Write it as [registry/]repository[:tag].",
  });
}
