import { formatPlatform, makePlatform } from "../platform.ts";
import { fieldOf, itemsAt, numberAt, textAt } from "./json-fields.ts";

/** How large the image of one platform is, as it is kept. */
export interface ImageSize {
  readonly platform: string;
  /** Digest of its manifest; of an unpacked image, its id. */
  readonly digest: string;
  /** Bytes of its config and all its layers. */
  readonly size: number;
  /**
   * Absent: layers count as they are compressed, which is how they are moved, too. True where an engine with an image
   * store of its own keeps them as files, and knows only what those take.
   */
  readonly unpacked?: true;
  /** From the base up. */
  readonly layers: readonly LayerSize[];
}

/** A layer of an image and what made it. */
export interface LayerSize {
  /** Of its blob; of an unpacked layer, of its files as an archive; empty where an engine does not tell. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** What made it, as the image's history has it, such as `COPY . /app # buildkit`; empty where that does not say. */
  readonly createdBy: string;
}

export interface SizeSources {
  /** Gives a blob that the worker has, by digest. */
  readonly readBlob: (digest: string) => Promise<Buffer>;
  /** The configs of the images as they were compiled, by platform: where their history fits, none has to be read. */
  readonly configs: ReadonlyMap<string, Uint8Array>;
}

/**
 * The sizes of the image or images that an export made, by what its response says and the blobs that the worker has.
 * Undefined where no image was made, or the worker does not tell: sizes are no reason for a build to fail.
 */
export async function readImageSizes(
  exporterResponse: ReadonlyMap<string, string>,
  sources: SizeSources,
): Promise<readonly ImageSize[] | undefined> {
  const encoded = exporterResponse.get("containerimage.descriptor");
  if (encoded === undefined) return undefined;
  try {
    const descriptor: unknown = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
    const digest = textAt(descriptor, "digest");
    const top = parse(await sources.readBlob(digest));
    const manifests = itemsAt(top, "manifests");
    const { configs } = sources;
    if (manifests.length === 0) {
      return [await imageSize(digest, top, configs.size === 1 ? [...configs.values()][0] : undefined, sources)];
    }
    const images = manifests.filter((entry) => textAt(fieldOf(entry, "platform"), "os") !== "unknown");
    return await Promise.all(
      images.map(async (entry) => {
        const of = textAt(entry, "digest");
        return imageSize(
          of,
          parse(await sources.readBlob(of)),
          configs.get(platformOf(fieldOf(entry, "platform"))),
          sources,
        );
      }),
    );
  } catch {
    return undefined;
  }
}

async function imageSize(
  digest: string,
  manifest: unknown,
  compiled: Uint8Array | undefined,
  { readBlob }: SizeSources,
): Promise<ImageSize> {
  const descriptor = fieldOf(manifest, "config");
  const layers = itemsAt(manifest, "layers");
  let config = compiled === undefined ? undefined : parse(compiled);
  if (stepsOf(config).length !== layers.length) config = parse(await readBlob(textAt(descriptor, "digest")));
  const steps = stepsOf(config);
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

/** The entries of a config's history that have a layer. */
function stepsOf(config: unknown): readonly unknown[] {
  return itemsAt(config, "history").filter((entry) => fieldOf(entry, "empty_layer") !== true);
}

function parse(blob: Uint8Array): unknown {
  return JSON.parse(Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength).toString("utf8"));
}
