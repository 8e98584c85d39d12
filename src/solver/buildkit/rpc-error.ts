import type { ServiceError } from "@grpc/grpc-js";
import { common } from "./proto/gen/buildkit.js";

/** One typed detail of an error: a Go type's path and, for BuildKit's own types, its JSON in Go's encoding. */
export interface RpcDetail {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/**
 * A gRPC status as the worker sent it: the `cause` of Failures that come from a call, kept whole so that a frontend
 * can hand it back in Return.
 */
export class RpcError extends Error {
  override readonly name = "RpcError";
  /** A code of google.rpc.Code. */
  readonly code: number;
  readonly details: readonly RpcDetail[];

  constructor(code: number, message: string, details: readonly RpcDetail[] = [], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }

  static from(error: ServiceError): RpcError {
    return new RpcError(error.code, error.details, detailsOf(error), { cause: error });
  }
}

function detailsOf(error: ServiceError): RpcDetail[] {
  const [packed] = error.metadata?.get("grpc-status-details-bin") ?? [];
  return packed === undefined || typeof packed === "string" ? [] : decodeDetails(packed);
}

/** The details in a `google.rpc.Status` message, as `grpc-status-details-bin` holds it. */
export function decodeDetails(packed: Uint8Array): RpcDetail[] {
  try {
    return common.RpcStatus.decode(packed).details.map((detail) => ({
      typeUrl: detail.typeUrl ?? "",
      value: detail.value ?? new Uint8Array(),
    }));
  } catch {
    // Details are an extra: without them the message still stands.
    return [];
  }
}
