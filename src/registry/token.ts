import { Failure } from "../failure.ts";
import type { Credentials } from "./credentials.ts";
import { RedirectRefused, sendRequest } from "./http.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";

/** What a registry says about where to get a token and for what. */
export interface TokenRequest {
  /** The registry, for messages. */
  readonly host: string;
  /** The address of the token server. */
  readonly realm: string;
  readonly service: string;
  /** Such as `repository:library/alpine:pull`. */
  readonly scopes: readonly string[];
  readonly clientId: string;
  readonly signal?: AbortSignal | undefined;
  /** How requests are sent; `sendRequest` when absent. */
  readonly send?: (request: HttpRequest) => Promise<HttpResponse>;
}

export interface Token {
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** Seconds since the epoch; undefined where the server does not say. */
  readonly issuedAt: number | undefined;
}

/** How long a token is good for when its server does not say. */
const defaultExpiry = 60;

/**
 * Gets a bearer token. With credentials the way of OAuth is tried first (POST); servers that do not know it, and those
 * that say they do not know us, are asked in the older way (GET with Basic). Without any, GET it is. A registry's own
 * token is returned as it is.
 *
 * Rejects with a Failure `auth-refused`, never with a secret in its text, or with the signal's reason.
 */
export async function fetchToken(request: TokenRequest, credentials: Credentials): Promise<Token> {
  if (credentials.kind === "registry-token") {
    return { token: credentials.token, expiresIn: defaultExpiry, issuedAt: undefined };
  }
  const realm = parseRealm(request);
  if (credentials.kind === "anonymous")
    return readToken(request, realm, await send(request, getRequest(request, realm)));
  const response = await send(request, postRequest(request, realm, credentials));
  const knowsNoPost = response.status === 405 && credentials.kind === "password";
  if (!knowsNoPost && response.status !== 404 && response.status !== 401) return readToken(request, realm, response);
  await response.discard();
  return readToken(request, realm, await send(request, getRequest(request, realm, credentials)));
}

type Secret = Extract<Credentials, { kind: "password" | "identity-token" }>;

function getRequest({ service, scopes, signal }: TokenRequest, realm: URL, secret?: Secret): HttpRequest {
  const url = new URL(realm);
  if (service !== "") url.searchParams.append("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  return { method: "GET", url, signal, headers: secret === undefined ? {} : { Authorization: basic(secret) } };
}

function postRequest({ service, scopes, clientId, signal }: TokenRequest, realm: URL, secret: Secret): HttpRequest {
  const form = new URLSearchParams();
  if (scopes.length > 0) form.set("scope", scopes.join(" "));
  form.set("service", service);
  form.set("client_id", clientId);
  if (secret.kind === "identity-token" || secret.username === "") {
    form.set("grant_type", "refresh_token");
    form.set("refresh_token", secret.kind === "identity-token" ? secret.token : secret.password);
  } else {
    form.set("grant_type", "password");
    form.set("username", secret.username);
    form.set("password", secret.password);
  }
  const headers = { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" };
  return { method: "POST", url: realm, body: form.toString(), headers, signal };
}

function basic(secret: Secret): string {
  const pair = secret.kind === "password" ? `${secret.username}:${secret.password}` : `:${secret.token}`;
  return `Basic ${Buffer.from(pair, "utf8").toString("base64")}`;
}

function parseRealm({ host, realm }: TokenRequest): URL {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  throw new Failure("auth-refused", `${host} names a token server that is no web address: ${JSON.stringify(realm)}`);
}

async function send({ host, signal, send = sendRequest }: TokenRequest, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await send(request);
  } catch (cause) {
    if (signal?.aborted === true) throw signal.reason;
    const why =
      cause instanceof RedirectRefused ? cause.message : `${request.url.host} cannot be reached (${reasonOf(cause)})`;
    throw new Failure("auth-refused", `no token for ${host}: ${why}`, { cause });
  }
}

async function readToken({ host }: TokenRequest, realm: URL, response: HttpResponse): Promise<Token> {
  if (!response.ok) {
    await response.discard();
    const refused = response.status === 401 || response.status === 403;
    throw new Failure(
      "auth-refused",
      `no token for ${host}: ${realm.host} answers ${response.status} ${response.statusText}`.trimEnd(),
      {
        remedy: refused
          ? `Log in with \`docker login ${host}\`, and check that this account may use the image.`
          : "Try again later.",
      },
    );
  }
  const body: unknown = await response.json().catch(() => undefined);
  const answer = typeof body === "object" && body !== null ? body : {};
  const token = text(answer, "access_token") || text(answer, "token");
  if (token === "") throw new Failure("auth-refused", `no token for ${host}: ${realm.host} gave an answer without one`);
  const expiresIn = "expires_in" in answer && Number.isInteger(answer.expires_in) ? Number(answer.expires_in) : 0;
  const issuedAt = Date.parse(text(answer, "issued_at"));
  return {
    token,
    expiresIn: expiresIn > 0 ? expiresIn : defaultExpiry,
    issuedAt: Number.isNaN(issuedAt) ? undefined : Math.floor(issuedAt / 1000),
  };
}

function text(answer: object, key: string): string {
  const value: unknown = Reflect.get(answer, key);
  return typeof value === "string" ? value : "";
}

/** `fetch` hides what happened in the cause of its error. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error) return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
  return String(cause);
}
