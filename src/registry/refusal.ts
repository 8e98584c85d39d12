import { Failure } from "../failure.ts";
import { type Endpoint, loginName } from "./endpoint.ts";
import type { HttpResponse } from "./http-message.ts";
import { codeOf, type Matter } from "./matter.ts";
import { isBusy } from "./patient-send.ts";
import { longestWait, TryAgain } from "./retry.ts";

/**
 * Turns an answer that is no success into what is thrown: a Failure `auth-refused`, or of the matter's code, within TryAgain
 * where the server is only busy. Of the body only the codes that the specification knows are shown: a server might
 * repeat what it was sent.
 */
export async function refusal(response: HttpResponse, endpoint: Endpoint, matter: Matter): Promise<Failure | TryAgain> {
  const { host } = endpoint;
  const { what, deed } = matter;
  const { status } = response;
  const said = `${status}${await codesOf(response)}`;
  if (status === 401 || status === 403) {
    return new Failure("auth-refused", `${host} refuses ${what} (${said}): it is not there, or not for everybody`, {
      remedy: `Check its name, and log in with \`docker login ${loginName(host)}\`.`,
    });
  }
  if (status === 404) {
    return new Failure(codeOf(matter), `${what} is not in ${host} (${said})`, {
      remedy: "Check its name and its tag or digest.",
    });
  }
  const after = retryAfter(response);
  const failure = new Failure(codeOf(matter), `${what} cannot be ${deed} ${host}: it answers ${said}`, {
    remedy: remedyFor(status, after, host),
  });
  return isBusy(status) ? new TryAgain(failure, after) : failure;
}

function remedyFor(status: number, after: number, host: string): string {
  const when = after > longestWait ? `in ${Math.ceil(after / 1000)} seconds` : "later";
  if (status === 429) return `Try again ${when}; \`docker login ${loginName(host)}\` or a mirror may allow more.`;
  if (isBusy(status)) return `Try again ${when}.`;
  return "Check that this is the address of a registry.";
}

/** Milliseconds; the header holds seconds or a date. */
function retryAfter(response: HttpResponse): number {
  const value = response.header("retry-after") ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
}

async function codesOf(response: HttpResponse): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== "object" || body === null || !("errors" in body) || !Array.isArray(body.errors)) return "";
  const codes = body.errors.slice(0, 3).map((error: unknown) => {
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    return typeof code === "string" && /^[A-Z_]{1,40}$/.test(code) ? ` ${code}` : "";
  });
  return codes.join("");
}
