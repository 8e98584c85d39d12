import { errnoOf } from "../errno.ts";
import { pause } from "../pause.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";

type Send = (request: HttpRequest) => Promise<HttpResponse>;

/** Whether a server says that it may answer better later. */
export function isBusy(status: number): boolean {
  return busy.has(status);
}

/** Whether something is wrong with a connection that may be right with the next one. */
export function isTransient(error: unknown): boolean {
  return transient.has(errnoOf(error) ?? "");
}

/** Sends again, after each of the waits (milliseconds), where the server is busy or the connection breaks. */
export function patiently(send: Send, waits: readonly number[]): Send {
  return async (request) => {
    for (const wait of waits) {
      try {
        const response = await send(request);
        if (!isBusy(response.status)) return response;
        await response.discard();
      } catch (error) {
        if (request.signal?.aborted === true || !isTransient(error)) throw error;
      }
      await pause(wait, request.signal);
    }
    return send(request);
  };
}

const busy: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

const transient: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "EAI_AGAIN",
  "ECONNABORTED",
  "ERR_STREAM_PREMATURE_CLOSE",
]);
