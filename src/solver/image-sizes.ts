import { formatPlatform, makePlatform } from "../platform.ts";
import { fieldOf } from "./json-fields.ts";

/** How large the image of one platform is, as it is moved and kept: layers as they are compressed. */
export interface ImageSize {
  readonly platform: string;
  /** Digest of its manifest. */
  readonly digest: string;
  /** Bytes of its config and all its layers. */
  readonly size: number;
  /** From the base up. */
  readonly layers: readonly LayerSize[];
}

export interface LayerSize {
  readonly digest: string;
  /** Bytes, compressed. */
  readonly size: number;
  /** What made it, as the image's history has it, such as `COPY . /app # buildkit`; empty where that does not say. */
  readonly createdBy: string;
}

/** Gives a blob that a worker has, by digest. */
export type ReadBlob = (digest: string) => Promise<Buffer>;

/**
 * The sizes of the image or images that an export made, by what its response says and the blobs that the worker has.
 * Undefined where no image was made, or the worker does not tell: sizes are no reason for a build to fail.
 */
export async function readImageSizes(
  exporterResponse: ReadonlyMap<string, string>,
  readBlob: ReadBlob,
): Promise<readonly ImageSize[] | undefined> {
  const encoded = exporterResponse.get("containerimage.descriptor");
  if (encoded === undefined) return undefined;
  try {
    const descriptor: unknown = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
    const digest = textAt(descriptor, "digest");
    const top = parse(await readBlob(digest));
    const manifests = itemsAt(top, "manifests");
    if (manifests.length === 0) return [await imageSize(digest, top, readBlob)];
    const images = manifests.filter((entry) => textAt(fieldOf(entry, "platform"), "os") !== "unknown");
    return await Promise.all(
      images.map(async (entry) => {
        const of = textAt(entry, "digest");
        return imageSize(of, parse(await readBlob(of)), readBlob);
      }),
    );
  } catch {
    return undefined;
  }
}

async function imageSize(digest: string, manifest: unknown, readBlob: ReadBlob): Promise<ImageSize> {
  const descriptor = fieldOf(manifest, "config");
  const config = parse(await readBlob(textAt(descriptor, "digest")));
  const layers = itemsAt(manifest, "layers");
  const steps = itemsAt(config, "history").filter((entry) => fieldOf(entry, "empty_layer") !== true);
  // A history that leaves layers out says of none which it is.
  const isWhole = steps.length === layers.length;
  const sizes = layers.map((layer, index) => ({
    digest: textAt(layer, "digest"),
    size: numberAt(layer, "size"),
    createdBy: isWhole ? textAt(steps[index], "created_by") : "",
  }));
  return {
    platform: platformOf(config),
    digest,
    size: sizes.reduce((sum, { size }) => sum + size, numberAt(descriptor, "size")),
    layers: sizes,
  };
}

function platformOf(config: unknown): string {
  const [os, architecture, variant] = ["os", "architecture", "variant"].map((key) => textAt(config, key));
  return formatPlatform(makePlatform({ os: os ?? "", architecture: architecture ?? "", variant }));
}

function parse(blob: Buffer): unknown {
  return JSON.parse(blob.toString("utf8"));
}

function textAt(value: unknown, key: string): string {
  const found = fieldOf(value, key);
  return typeof found === "string" ? found : "";
}

function numberAt(value: unknown, key: string): number {
  const found = fieldOf(value, key);
  return typeof found === "number" ? found : 0;
}

function itemsAt(value: unknown, key: string): readonly unknown[] {
  const found = fieldOf(value, key);
  return Array.isArray(found) ? found : [];
}
