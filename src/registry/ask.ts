import { Failure } from "../failure.ts";
import type { Authorizer } from "./authorizer.ts";
import { connectionFailure } from "./connection-failure.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";
import type { Matter } from "./matter.ts";
import { refusal } from "./refusal.ts";
import { withRetries } from "./retry.ts";

/** A question to one server about one repository. */
export interface Question {
  readonly endpoint: Endpoint;
  readonly method: "GET" | "HEAD" | "PUT";
  /** The path of the repository: `library/alpine`. */
  readonly repository: string;
  /** The rest of the path: `manifests/latest`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** The image, for messages. */
  readonly what: string;
  /** Milliseconds before each repeat. */
  readonly waits: readonly number[];
  readonly signal: AbortSignal | undefined;
}

/** How questions are sent. */
export interface Asker {
  readonly authorizer: Authorizer;
  readonly send: (request: HttpRequest) => Promise<HttpResponse>;
}

/**
 * Asks a registry, showing it what it wants, again where it is busy or the connection breaks, also while `read` reads
 * the answer. `read` gets successful answers only, and what `accepts` lets through.
 *
 * Rejects with a Failure `auth-refused`, `image-unresolved`, or `export-failed` where something was to be written; or with
 * the signal's reason.
 */
export function ask<T>(
  asker: Asker,
  question: Question,
  read: (response: HttpResponse) => Promise<T>,
  accepts: (status: number) => boolean = () => false,
): Promise<T> {
  const { endpoint, waits, signal } = question;
  const matter: Matter = { what: question.what, deed: question.method === "PUT" ? "written to" : "read from" };
  return withRetries(waits, signal, async () => {
    try {
      const response = await sendAuthorized(asker, question);
      if (response.ok || accepts(response.status)) return await read(response);
      throw await refusal(response, endpoint, matter);
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : connectionFailure(error, endpoint, matter);
    }
  });
}

async function sendAuthorized({ authorizer, send }: Asker, question: Question): Promise<HttpResponse> {
  const { endpoint, method, repository, path, headers, body, signal } = question;
  const url = new URL(`${repository}/${path}`, endpoint.base);
  if (endpoint.namespace !== undefined) url.searchParams.set("ns", endpoint.namespace);
  const place = { host: endpoint.host, repository };
  let shown = await authorizer.header(place, signal);
  for (let again = true; ; again = false) {
    const authorization = shown === undefined ? {} : { Authorization: shown };
    const all = { ...headers, ...authorization };
    const response = await send({ method, url, headers: all, signal, ...(body === undefined ? {} : { body }) });
    // What a server says that the registry redirected to is no word of the registry's.
    if (response.status !== 401 || !again || response.url.origin !== url.origin) return response;
    await response.discard();
    authorizer.challenged(place, response.header("www-authenticate"), shown);
    shown = await authorizer.header(place, signal);
  }
}

/** For `read`: an answer whose content is not what it should be. */
export function wrongContent(endpoint: Endpoint, what: string, why: string): Failure {
  return new Failure("image-unresolved", `${what} cannot be read from ${endpoint.host}: ${why}`, {
    remedy: "Try again; if it stays so, its registry or something on the way to it is broken.",
  });
}
