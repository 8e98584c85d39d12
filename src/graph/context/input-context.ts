import type { ContextSite } from "./context-build.ts";
import { inputEdge } from "./input-edge.ts";
import { invalidContext, type LoadedContext } from "./loaded-context.ts";

/** The metadata key under which an input may bring its image config. */
const configKey = "containerimage.config";

/**
 * A definition that another build hands in, with the image config from its metadata, if any.
 * @throws InvalidDockerfile if no input has that name, or its metadata cannot be read.
 */
export async function loadInput(
  build: ContextSite,
  contextKey: string,
  name: string,
  signal: AbortSignal,
): Promise<LoadedContext> {
  const definition = (await build.reader.inputs(signal)).get(name);
  if (definition === undefined) {
    throw invalidContext(`the context "${contextKey}" is the input "${name}", which the build does not have`);
  }
  const root = await inputEdge(definition);
  const metadata = build.options.get(`input-metadata:${name}`);
  const config = metadata === undefined ? undefined : configOf(metadata, contextKey);
  return { root, image: config === undefined ? undefined : { config, digest: "" } };
}

function configOf(metadata: string, contextKey: string): Uint8Array | undefined {
  const values = parseObject(metadata);
  if (values === undefined) {
    throw invalidContext(`the metadata of the context "${contextKey}" is not an object of JSON`);
  }
  const encoded = values.get(configKey);
  return typeof encoded === "string" ? Buffer.from(encoded, "base64") : undefined;
}

function parseObject(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}
