import { once } from "node:events";
import { type ServerDuplexStream, status } from "@grpc/grpc-js";
import { RunningCalls } from "./running-calls.ts";
import { StatusError } from "./unary-handler.ts";

/** What a call ends with. */
export interface CallStatus {
  readonly code: status;
  readonly details: string;
}

/** A method with messages both ways, as grpc-js wants it, and the wait for the calls of it. */
export interface StreamHandler<Request, Response> {
  readonly handle: (call: ServerDuplexStream<Request, Response>) => void;
  /** Resolves when no call runs any more; never rejects. */
  readonly idle: () => Promise<void>;
}

/**
 * Serves a method with messages both ways. `run` gets a signal that aborts when the worker takes the call back or the
 * job ends, with which the call is destroyed. When `run` has resolved, the call is ended; when it rejects, the call ends
 * with the status that `statusOf` makes of the error.
 */
export function streamHandler<Request, Response>(
  jobSignal: AbortSignal,
  run: (call: ServerDuplexStream<Request, Response>, signal: AbortSignal) => Promise<void>,
  statusOf: (error: unknown) => CallStatus = unavailable,
): StreamHandler<Request, Response> {
  const running = new RunningCalls();
  const serve = async (call: ServerDuplexStream<Request, Response>) => {
    const over = new AbortController();
    const onJobEnd = () => {
      over.abort();
      call.destroy();
    };
    call.once("cancelled", onJobEnd);
    jobSignal.addEventListener("abort", onJobEnd);
    if (jobSignal.aborted) onJobEnd();
    try {
      await run(call, over.signal);
      if (!over.signal.aborted) call.end();
    } catch (error) {
      if (!call.cancelled && !call.destroyed) call.emit("error", statusOf(error));
    } finally {
      jobSignal.removeEventListener("abort", onJobEnd);
    }
  };
  return {
    handle: (call) => running.add(serve(call)),
    idle: () => running.idle(),
  };
}

/** Sends a message, and waits while the worker does not take what was sent before. */
export async function sendMessage<Response>(
  call: ServerDuplexStream<unknown, Response>,
  message: Response,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  if (!call.write(message)) await once(call, "drain", { signal });
}

/** What is the matter here; the worker may find it at another client. */
function unavailable(error: unknown): CallStatus {
  const code = error instanceof StatusError ? error.code : status.UNAVAILABLE;
  return { code, details: error instanceof Error ? error.message : String(error) };
}
