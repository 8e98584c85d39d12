import { nameOfReference, parseImageReference, withDefaultTag } from "../image-reference.ts";
import { dockerCredentials } from "../registry/docker-credentials.ts";
import type { Connection } from "./buildkit/connection.ts";
import { pushImage } from "./buildkit/engine-push.ts";
import type { ExportPlan } from "./outputs.ts";

/**
 * Pushes what is to be pushed of a build on an engine that keeps images in a store of its own: its exporter leaves that
 * to the client. Such an image has a digest only when it is in a registry.
 *
 * Rejects with a Failure `export-failed` or `auth-refused`.
 * @returns what the exporter said, with that digest.
 */
export async function pushFromEngine(
  { pushed }: ExportPlan,
  exporterResponse: ReadonlyMap<string, string>,
  { worker: { endpoint } }: Connection,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const credentials = dockerCredentials();
  const response = new Map(exporterResponse);
  let isFirst = true;
  for (const text of pushed) {
    const reference = parseImageReference(text);
    // What is no name, the exporter has refused.
    if (reference === undefined) continue;
    const { domain, tag } = withDefaultTag(reference);
    const host = domain === "docker.io" ? "registry-1.docker.io" : domain;
    const shown = await credentials.credentialsFor(host, signal);
    const digest = await pushImage(endpoint, { name: nameOfReference(reference), tag, credentials: shown }, signal);
    if (isFirst && digest !== undefined) response.set("containerimage.digest", digest);
    isFirst = false;
  }
  return response;
}
