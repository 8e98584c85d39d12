import { Failure } from "../failure.ts";
import { lowerCaseName } from "../graph/context/dockerfile-source.ts";
import type { Definition } from "../llb/definition.ts";
import type { GatewayRef } from "./gateway.ts";
import { type GatewayReader, readOptional } from "./gateway-reader.ts";

/** A Dockerfile with the ignore file beside it, if there is one. */
export interface DockerfileFiles {
  readonly source: Uint8Array;
  readonly ignoreFile: Uint8Array | undefined;
}

/**
 * Reads the Dockerfile through the worker, where `definition` loads it. In place of a missing `Dockerfile`, one called
 * `dockerfile` will do.
 * @throws Failure `context-unreadable` if there is none.
 */
export async function readDockerfile(
  reader: GatewayReader,
  definition: Definition,
  filename: string,
  signal: AbortSignal,
): Promise<DockerfileFiles> {
  const ref = await reader.solve(definition.bytes, false, signal);
  if (ref === undefined) throw missing(filename, undefined);
  const ignoreFile = readOptional(ref, `${filename}.dockerignore`, signal);
  // Without a Dockerfile nobody asks how it went.
  ignoreFile.catch(() => {});
  const source = await readSource(ref, filename, signal);
  return { source, ignoreFile: await ignoreFile };
}

async function readSource(ref: GatewayRef, filename: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await ref.readFile(filename, {}, signal);
  } catch (error) {
    signal.throwIfAborted();
    const other = lowerCaseName(filename);
    const found = other === undefined ? undefined : await readOptional(ref, other, signal);
    if (found !== undefined) return found;
    throw missing(filename, error);
  }
}

function missing(filename: string, cause: unknown): Failure {
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  return new Failure("context-unreadable", `the Dockerfile "${filename}" cannot be read${reason}`, {
    cause,
    remedy: "Name the Dockerfile by its path in the context.",
  });
}
