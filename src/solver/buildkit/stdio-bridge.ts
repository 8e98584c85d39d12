import type { MethodDefinition } from "@grpc/grpc-js";
import type { Bridge } from "./bridge.ts";
import { messageLimit } from "./definition-size.ts";
import { translate } from "./errors.ts";
import { decodeDetails, RpcError } from "./rpc-error.ts";
import type { Reply, StdioConnection } from "./stdio-connection.ts";

/** Codes of google.rpc.Code. */
const codes = { resourceExhausted: 8, unavailable: 14 };

/**
 * The bridge of a frontend that BuildKit runs. Calls reject as those of a Connection: with a Failure whose cause is the
 * RpcError, or with the signal's reason. When BuildKit hangs up, calls under way and later ones reject with a Failure
 * `worker-unreachable`.
 */
export function stdioBridge(connection: StdioConnection): Bridge {
  return {
    async call<Request, Response>(
      method: MethodDefinition<Request, Response>,
      request: Request,
      signal: AbortSignal,
    ): Promise<Response> {
      const message = method.requestSerialize(request);
      if (message.length > messageLimit) throw translate(tooLarge(message.length));
      const reply = await connection.call(method.path, message, signal);
      if (reply.kind !== "message") throw translate(errorOf(reply));
      return method.responseDeserialize(reply.message);
    },
  };
}

function tooLarge(size: number): RpcError {
  const text = `the message of ${(size / (1 << 20)).toFixed(1)} MiB is larger than max, which is 16 MiB`;
  return new RpcError(codes.resourceExhausted, text);
}

function errorOf(reply: Exclude<Reply, { kind: "message" }>): RpcError {
  switch (reply.kind) {
    case "status":
      return new RpcError(reply.code, reply.text, decodeDetails(reply.details));
    case "broken":
      return new RpcError(codes.unavailable, reply.error?.message ?? "BuildKit closed it", [], { cause: reply.error });
  }
}
