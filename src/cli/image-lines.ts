import { formatBytes } from "../byte-size.ts";
import type { ImageSize, LayerSize } from "../solver/image-sizes.ts";
import { printable } from "./progress/format.ts";

/** So many layers are told one by one. */
const mostLayers = 8;

/**
 * The size of one platform's image, and below it what the base has and what each step added, in their order; of many
 * layers the largest, the others together.
 */
export function imageLines({ platform, size, layers, unpacked }: ImageSize, baseLayers: number): readonly string[] {
  const base = layers.slice(0, baseLayers);
  const own = layers.slice(baseLayers);
  const told = new Set(own.length <= mostLayers ? own : [...own].sort((a, b) => b.size - a.size).slice(0, mostLayers));
  const rest = own.filter((layer) => !told.has(layer));
  const rows: readonly (readonly [size: number, text: string])[] = [
    ...(base.length === 0 ? [] : [[sizeOf(base), `base, ${counted(base.length)}`] as const]),
    ...own.filter((layer) => told.has(layer)).map((layer) => [layer.size, stepText(layer)] as const),
    ...(rest.length === 0 ? [] : [[sizeOf(rest), `${rest.length} others`] as const]),
  ];
  return [
    `${formatBytes(size)}  ${platform}, ${counted(layers.length)}${unpacked === true ? ", unpacked" : ""}`,
    ...rows.map(([bytes, text]) => `  ${formatBytes(bytes).padStart(6)}  ${text}`),
  ];
}

function counted(layers: number): string {
  return layers === 1 ? "1 layer" : `${layers} layers`;
}

function sizeOf(layers: readonly LayerSize[]): number {
  return layers.reduce((sum, { size }) => sum + size, 0);
}

/** A history's line as it stands in the Dockerfile: without the shell that ran it, and without its arguments. */
function stepText({ createdBy, digest }: LayerSize): string {
  const text = createdBy
    .replace(/ # buildkit$/, "")
    .replace(/^RUN (?:\|\d+ .*?)?\/bin\/sh -c /s, "RUN ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? digest : printable(text);
}
