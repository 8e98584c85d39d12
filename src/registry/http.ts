import { exchange } from "./exchange.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";

/** A redirect that would show what is secret to a server that it is not for, or that never ends. */
export class RedirectRefused extends Error {
  override readonly name = "RedirectRefused";
}

const maxRedirects = 10;

/**
 * Sends a request and follows redirects. Authorization goes to the server that was asked and to no other, neither does
 * the body of a request that has one; and a connection with TLS does not turn into one without.
 *
 * Rejects with RedirectRefused, with the signal's reason, or with what `exchange` rejects with. Any status is an answer.
 */
export async function sendRequest(request: HttpRequest): Promise<HttpResponse> {
  let { method, url, body, headers: given, ...rest } = request;
  let headers: Readonly<Record<string, string>> = given ?? {};
  for (let followed = 0; ; followed++) {
    const response = await exchange({ ...rest, method, url, headers, ...(body === undefined ? {} : { body }) });
    const location = response.header("location");
    if (!redirects.has(response.status) || location === undefined) return response;
    await response.discard();
    if (followed === maxRedirects) throw new RedirectRefused(`${request.url.host} redirects without end`);
    if (!URL.canParse(location, url.href))
      throw new RedirectRefused(`${url.host} redirects to something that is no address`);
    const next = new URL(location, url);
    if (next.protocol !== url.protocol && next.protocol !== "https:") {
      throw new RedirectRefused(`${url.host} redirects to ${next.host} without TLS`);
    }
    if (method !== "HEAD" && response.status !== 307 && response.status !== 308) {
      method = "GET";
      body = undefined;
      headers = without(headers, /^content-/i);
    }
    if (next.origin !== url.origin) {
      if (body !== undefined) throw new RedirectRefused(`${url.host} redirects what was sent to it to ${next.host}`);
      headers = without(headers, /^(authorization|cookie)$/i);
    }
    url = next;
  }
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function without(headers: Readonly<Record<string, string>>, names: RegExp): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.test(name)));
}
