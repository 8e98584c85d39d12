import { formatPlatform, makePlatform } from "../platform.ts";
import type { EngineImage } from "./buildkit/engine-images.ts";
import type { ImageSize, LayerSize } from "./image-sizes.ts";
import { fieldOf, itemsAt, numberAt, textAt } from "./json-fields.ts";

export interface EngineSizeSources {
  /** Asks the engine about an image by its id. */
  readonly readImage: (id: string) => Promise<EngineImage>;
  /** The config of the image as it was compiled: it tells which steps of the history have a layer. */
  readonly config: Uint8Array | undefined;
}

/**
 * The size of the image that a build made in an engine with an image store of its own, by what its response says and
 * what the engine tells of the image. Undefined where no image was made, or the engine does not tell: sizes are no
 * reason for a build to fail.
 */
export async function readEngineImageSizes(
  exporterResponse: ReadonlyMap<string, string>,
  { readImage, config }: EngineSizeSources,
): Promise<readonly ImageSize[] | undefined> {
  const id = exporterResponse.get("containerimage.config.digest");
  if (id === undefined) return undefined;
  try {
    const { image, history } = await readImage(id);
    const [os, architecture, variant] = ["Os", "Architecture", "Variant"].map((key) => textAt(image, key));
    const platform = formatPlatform(makePlatform({ os: os ?? "", architecture: architecture ?? "", variant }));
    return [
      { platform, digest: id, size: numberAt(image, "Size"), unpacked: true, layers: layersOf(image, history, config) },
    ];
  } catch {
    return undefined;
  }
}

/** The engine tells of all steps, and not which of them have a layer. */
function layersOf(image: unknown, history: unknown, config: Uint8Array | undefined): readonly LayerSize[] {
  const steps = Array.isArray(history) ? history.toReversed() : [];
  const compiled = config === undefined ? [] : itemsAt(JSON.parse(Buffer.from(config).toString("utf8")), "history");
  const layered =
    compiled.length === steps.length
      ? steps.filter((_, index) => fieldOf(compiled[index], "empty_layer") !== true)
      : steps.filter((step) => numberAt(step, "Size") > 0);
  const diffIds = itemsAt(fieldOf(image, "RootFS"), "Layers");
  return layered.map((step, index) => ({
    digest: diffIds.length === layered.length ? String(diffIds[index]) : "",
    size: numberAt(step, "Size"),
    createdBy: textAt(step, "CreatedBy"),
  }));
}
