import { readWebDockerfile } from "../frontend/web-dockerfile.ts";
import { askWorker } from "./ask-worker.ts";
import type { BuildInputs } from "./build-inputs.ts";
import type { Connection } from "./buildkit/connection.ts";

/** The inputs with what only the worker can fetch: a Dockerfile that lies on the web. Rejects as `readWebDockerfile` does. */
export async function completeInputs(
  inputs: BuildInputs,
  connection: Connection,
  signal: AbortSignal,
): Promise<BuildInputs> {
  const { dockerfileUrl, sources, frontendOptions } = inputs;
  if (dockerfileUrl === undefined) return inputs;
  const source = await askWorker(connection, { signal }, (gateway, linked) =>
    readWebDockerfile(gateway, dockerfileUrl, linked),
  );
  const files = new Map([[frontendOptions.get("filename") ?? "Dockerfile", source]]);
  return { ...inputs, sources: new Map([...sources, ["dockerfile", { kind: "memory", files }]]) };
}
