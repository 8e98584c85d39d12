import { readFile } from "node:fs/promises";
import { status } from "@grpc/grpc-js";
import { errnoText } from "../../errno.ts";
import { Failure } from "../../failure.ts";
import type { SecretSource } from "../solve-options.ts";
import type { Attachable, AttachableContext } from "./attachable.ts";
import type { session } from "./proto/gen/buildkit.js";
import { secretsService } from "./session-services.ts";
import { StatusError, unaryHandler } from "./unary-handler.ts";

/** BuildKit's limit for one secret, in bytes. */
const maxSecretSize = 500 * 1024;

/**
 * moby.buildkit.secrets.v1.Secrets: hands out the secrets that were given, by id. One that was not is NOT_FOUND, which
 * a step may allow. A file is read when it is asked for; when it cannot be, that is reported as `usage`.
 */
export function secrets(sources: ReadonlyMap<string, SecretSource>, context: AttachableContext): Attachable {
  return {
    definition: secretsService,
    implementation: {
      GetSecret: unaryHandler(
        context.signal,
        status.FAILED_PRECONDITION,
        async ({ id }: session.GetSecretRequest, signal) => {
          const source = sources.get(id);
          if (source === undefined) throw new StatusError(status.NOT_FOUND, `there is no secret ${JSON.stringify(id)}`);
          try {
            return { data: await read(id, source, signal) };
          } catch (error) {
            if (error instanceof Failure) context.report(error);
            throw error;
          }
        },
      ),
    },
  };
}

async function read(id: string, source: SecretSource, signal: AbortSignal): Promise<Uint8Array> {
  const data = "data" in source ? source.data : await readFrom(id, source.path, signal);
  if (data.length <= maxSecretSize) return data;
  throw new Failure(
    "usage",
    `the secret ${JSON.stringify(id)} has ${data.length} bytes, more than the ${maxSecretSize} that BuildKit takes`,
    {
      remedy: "Bring large files in by a build context (RUN --mount=type=bind).",
    },
  );
}

async function readFrom(id: string, path: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await readFile(path, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Failure("usage", `cannot read the secret ${JSON.stringify(id)} from ${path}: ${errnoText(error)}`, {
      remedy: "Give the path of a file that may be read.",
      cause: error,
    });
  }
}
