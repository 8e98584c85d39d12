import { type handleUnaryCall, status } from "@grpc/grpc-js";
import { Failure } from "../../failure.ts";

/** An error that the worker is to see with this status. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Serves a method of one request and one answer. `run` gets a signal that aborts when the worker takes the call back or
 * the job ends. It may reject: with a StatusError for the worker; with a Failure, of which the worker gets the words and
 * `failureStatus`; with anything else, of which the worker learns nothing.
 */
export function unaryHandler<Request, Response>(
  jobSignal: AbortSignal,
  failureStatus: status,
  run: (request: Request, signal: AbortSignal) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, answer) => {
    const over = new AbortController();
    call.once("cancelled", () => over.abort());
    run(call.request, AbortSignal.any([jobSignal, over.signal])).then(
      (response) => answer(null, response),
      (error: unknown) => answer(statusOf(error, failureStatus)),
    );
  };
}

function statusOf(error: unknown, failureStatus: status): { readonly code: status; readonly details: string } {
  if (error instanceof StatusError) return { code: error.code, details: error.message };
  if (error instanceof Failure) {
    const remedy = error.remedy === undefined ? "" : ` (${error.remedy})`;
    return { code: failureStatus, details: `${error.message}${remedy}` };
  }
  return { code: status.INTERNAL, details: "the client failed to answer" };
}
