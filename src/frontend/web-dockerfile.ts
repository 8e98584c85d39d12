import { Failure } from "../failure.ts";
import { downloadFile } from "../graph/context/http-source.ts";
import { loadingDefinition } from "../graph/context/loading-definition.ts";
import { defaultPlatform } from "../platform.ts";
import type { Gateway } from "./gateway.ts";
import { GatewayReader } from "./gateway-reader.ts";

/** The largest that docker buildx takes, in bytes. */
const maxSize = 2 << 20;

const filename = "Dockerfile";

/**
 * Downloads a Dockerfile from a web address, through the worker, as docker buildx does: it may reach what we do not.
 * Rejects with a Failure `context-unreadable`.
 */
export async function readWebDockerfile(gateway: Gateway, url: string, signal: AbortSignal): Promise<Uint8Array> {
  const reader = new GatewayReader(gateway);
  const { options, sessionId, workers } = gateway.build;
  const site = { options, sessionId, reader, buildPlatform: workers[0]?.platforms[0] ?? defaultPlatform };
  const vertex = downloadFile(url, filename, `[internal] load ${url}`);
  const { definition } = loadingDefinition({ vertex, output: 0 }, site);
  try {
    const ref = await reader.solve(definition.bytes, false, signal);
    if (ref === undefined) throw new Error("the worker made nothing of it");
    const { size } = await ref.statFile(filename, signal);
    if (size > BigInt(maxSize))
      throw new Error(`it has ${size} bytes, more than the ${maxSize} that a Dockerfile may have`);
    return await ref.readFile(filename, {}, signal);
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure("context-unreadable", `the Dockerfile at ${url} cannot be read: ${why}`, {
      remedy: "See whether the worker reaches the address, or give the Dockerfile as a file or on standard input.",
      cause: error,
    });
  }
}
