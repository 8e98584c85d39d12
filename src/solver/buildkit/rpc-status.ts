import { DockerfileError } from "../../diagnostic.ts";
import { Failure, type FailureSource } from "../../failure.ts";
import type { common } from "./proto/gen/buildkit.js";
import { RpcError } from "./rpc-error.ts";

/**
 * Any error as google.rpc.Status, the way in which a frontend hands it back. What came from the worker goes back as it
 * came, details and all; an error about Dockerfile lines carries them as BuildKit's own frontend does.
 */
export function statusOf(error: unknown): common.RpcStatus.$Properties {
  if (error instanceof Failure && error.cause instanceof RpcError) {
    const { code, message, details } = error.cause;
    return { code, message, details: details.map(({ typeUrl, value }) => ({ typeUrl, value })) };
  }
  const source = sourceOf(error);
  return {
    code: error instanceof Failure && error.code === "cancelled" ? 1 : 2,
    message: error instanceof Error ? error.message : String(error),
    details: source === undefined ? [] : [sourceDetail(source)],
  };
}

function sourceOf(error: unknown): FailureSource | undefined {
  if (error instanceof Failure) return error.source;
  if (!(error instanceof DockerfileError)) return undefined;
  const first = error.diagnostics.find((diagnostic) => diagnostic.severity === "error");
  if (first === undefined) return undefined;
  const { filename, ranges } = first;
  return { filename, ranges, ...(error.source === undefined ? {} : { text: error.source }) };
}

/** `errdefs.Source` in Go's JSON, where bytes are base64. */
function sourceDetail(source: FailureSource): common.Any.$Properties {
  const info = { filename: source.filename, data: Buffer.from(source.text ?? "").toString("base64") };
  return {
    typeUrl: "github.com/moby/buildkit/errdefs.Source+json",
    value: Buffer.from(JSON.stringify({ info, ranges: source.ranges })),
  };
}
