import { recordOf } from "./json-fields.ts";
import type { SolveResult } from "./solve-options.ts";

/**
 * What `docker buildx build --metadata-file` writes of a build: all that the exporters said, in which values that are
 * JSON (in base64 as a rule) stand as JSON; and the build's reference, by which an engine's history has it.
 */
export function buildMetadata({ exporterResponse, ref, worker }: BuildFacts): Readonly<Record<string, unknown>> {
  const metadata = new Map<string, unknown>();
  for (const [name, value] of exporterResponse) {
    metadata.set(name, decoded(name === "result.json" ? value : fromBase64(value)) ?? value);
  }
  const { name, node } = worker.builder;
  metadata.set("buildx.build.ref", `${name}/${node}/${ref}`);
  const sorted = [...metadata].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted);
}

/**
 * What `--iidfile` holds: the id by which the engine, or whoever reads the archive, finds the image. That is the digest
 * of its config, and where images are kept as containerd does that of the image; undefined where no image was made.
 */
export function imageId({
  exporterResponse,
  worker,
}: Pick<BuildFacts, "exporterResponse" | "worker">): string | undefined {
  const digest = exporterResponse.get("containerimage.digest");
  if (worker.protocol === "docker" && worker.containerdImages) return digest;
  return exporterResponse.get("containerimage.config.digest") ?? digest;
}

type BuildFacts = Pick<SolveResult, "exporterResponse" | "ref" | "worker">;

function fromBase64(value: string): string | undefined {
  // Node would make something of any text.
  const isBase64 = value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
  return isBase64 ? Buffer.from(value, "base64").toString("utf8") : undefined;
}

/** An object with fields, or a list of objects; nothing else counts. */
function decoded(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.length > 0 && value.every(isObject) ? value : undefined;
    return isObject(value) && Object.keys(recordOf(value)).length > 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
