import type { MethodDefinition } from "@grpc/grpc-js";
import type { Connection } from "./connection.ts";

/** How the methods of LLBBridge are called for one build. */
export interface Bridge {
  call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    signal: AbortSignal,
  ): Promise<Response>;
}

/** The bridge of a build that was opened from outside with Control.Solve: the build's id tells the worker which one. */
export function bridgeOf(connection: Connection, ref: string): Bridge {
  const metadata = { "buildkit-controlapi-buildid": ref };
  return { call: (method, request, signal) => connection.call(method, request, { signal, metadata }) };
}
