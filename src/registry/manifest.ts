import { isDigest } from "../image-reference.ts";
import { makePlatform, type Platform } from "../platform.ts";
import { indexTypes, isSchema1, manifestTypes } from "./media-types.ts";

/** What points to other content. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes; undefined where it is not said. */
  readonly size: number | undefined;
  readonly platform: Platform | undefined;
  readonly annotations: ReadonlyMap<string, string>;
}

/** The manifest of one image, or an index of manifests. */
export type Manifest =
  | { readonly kind: "image"; readonly config: Descriptor; readonly layers: readonly Descriptor[] }
  | { readonly kind: "index"; readonly manifests: readonly Descriptor[] };

/** Thrown by `parseManifest` and `parseIndex`: why the content is none. The text begins as in "it …". */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

/**
 * Reads a manifest or an index of OCI's kind or Docker's second. Which of the two it is, its own content says; `mediaType`
 * is what it is called where it comes from (empty: nothing is known).
 * @throws ManifestError
 */
export function parseManifest(content: Uint8Array, mediaType = ""): Manifest {
  const root = parseObject(content);
  if (isSchema1(mediaType) || root.schemaVersion === 1 || Array.isArray(root.fsLayers)) {
    throw new ManifestError("it is in Docker's first image format, which is not supported any more: push it anew");
  }
  const own = typeof root.mediaType === "string" ? root.mediaType : mediaType;
  const isImage = isPresent(root.config) || isPresent(root.layers);
  const isIndex = isPresent(root.manifests);
  if (isImage && isIndex) throw new ManifestError("it is both a manifest and an index");
  if ((isImage && indexTypes.has(own)) || (isIndex && manifestTypes.has(own))) {
    throw new ManifestError(`it is not what its media type ${own} says`);
  }
  if (isImage) return imageOf(root);
  if (isIndex || indexTypes.has(own)) return { kind: "index", manifests: descriptors(root.manifests) };
  throw new ManifestError("it is neither a manifest nor an index");
}

/** Reads the JSON object at the root of some content. @throws ManifestError */
export function parseObject(content: Uint8Array): Readonly<Record<string, unknown>> {
  let root: unknown;
  try {
    root = JSON.parse(Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString("utf8"));
  } catch {
    throw new ManifestError("it is not JSON");
  }
  if (!isRecord(root)) throw new ManifestError("it is not a JSON object");
  return root;
}

/** The platform that an image config, or a part of an index, names. */
export function platformOf(value: Readonly<Record<string, unknown>>): Platform {
  const features = value["os.features"];
  return makePlatform({
    os: textOf(value.os),
    architecture: textOf(value.architecture),
    variant: textOf(value.variant),
    osVersion: textOf(value["os.version"]),
    osFeatures: Array.isArray(features) ? features.filter((feature) => typeof feature === "string") : undefined,
  });
}

function imageOf(root: Readonly<Record<string, unknown>>): Manifest {
  if (!isRecord(root.config)) throw new ManifestError("it names no image config");
  return { kind: "image", config: descriptorOf(root.config), layers: descriptors(root.layers) };
}

function descriptors(value: unknown): readonly Descriptor[] {
  if (!isPresent(value)) return [];
  if (!Array.isArray(value)) throw new ManifestError("what should be a list in it is none");
  return value.map(descriptorOf);
}

function descriptorOf(value: unknown): Descriptor {
  if (!isRecord(value)) throw new ManifestError("a part of it is not described");
  const { digest, size, mediaType, platform } = value;
  if (typeof digest !== "string" || !isDigest(digest)) throw new ManifestError("a part of it has no valid digest");
  if (isPresent(size) && !(typeof size === "number" && Number.isSafeInteger(size) && size >= 0)) {
    throw new ManifestError("a part of it has no valid size");
  }
  const annotations = isRecord(value.annotations) ? Object.entries(value.annotations) : [];
  return {
    mediaType: textOf(mediaType),
    digest,
    size: typeof size === "number" ? size : undefined,
    platform: isRecord(platform) ? platformOf(platform) : undefined,
    annotations: new Map(annotations.map(([key, text]): [string, string] => [key, textOf(text)])),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
