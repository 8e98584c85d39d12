import { Failure } from "../failure.ts";
import { type Challenge, parseChallenge } from "./challenge.ts";
import type { CredentialStore, Credentials } from "./credentials.ts";
import { loginName } from "./endpoint.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";
import { SharedWork } from "./shared-work.ts";
import { fetchToken } from "./token.ts";

/** Where in a registry something is done. */
export interface Place {
  /** As credentials are kept: `registry-1.docker.io`, `localhost:5000`. */
  readonly host: string;
  /** The path of the repository: `library/alpine`. */
  readonly repository: string;
}

/**
 * Knows what each registry wants to be shown, and keeps the tokens: one for each repository, for as long as they are
 * good. What is secret goes to the registry that it is for and to the token server which that one names.
 */
export class Authorizer {
  readonly #credentials: CredentialStore;
  readonly #send: (request: HttpRequest) => Promise<HttpResponse>;
  readonly #now: () => number;
  readonly #challenges = new Map<string, Challenge>();
  readonly #scopes = new Map<string, readonly string[]>();
  readonly #tokens = new Map<string, Kept>();
  readonly #fetches = new SharedWork<Kept>();

  constructor(
    credentials: CredentialStore,
    send: (request: HttpRequest) => Promise<HttpResponse>,
    now: () => number = Date.now,
  ) {
    this.#credentials = credentials;
    this.#send = send;
    this.#now = now;
  }

  /**
   * The value of Authorization for reading a repository; undefined before the registry has asked for one.
   * Rejects with a Failure `auth-refused`, or with the signal's reason.
   */
  async header(place: Place, signal: AbortSignal | undefined): Promise<string | undefined> {
    const challenge = this.#challenges.get(place.host);
    switch (challenge?.kind) {
      case undefined:
        return undefined;
      case "basic":
        return basicHeader(place, await this.#credentials.credentialsFor(place.host, signal));
      case "bearer": {
        const key = keyOf(place);
        const kept = this.#tokens.get(key);
        if (kept !== undefined && this.#now() < kept.until) return kept.header;
        const { header } = await this.#fetches.run(key, signal, (shared) => this.#fetch(challenge, place, shared));
        return header;
      }
    }
  }

  /**
   * Notes that the registry answered 401; `refused` is the Authorization that it was shown.
   * @throws Failure `auth-refused` when the registry does not say how it can be satisfied.
   */
  challenged(place: Place, wanted: string | undefined, refused: string | undefined): void {
    const key = keyOf(place);
    if (refused !== undefined && this.#tokens.get(key)?.header === refused) this.#tokens.delete(key);
    const challenge = parseChallenge(wanted ?? "");
    if (challenge === undefined) {
      throw new Failure("auth-refused", `${place.host} refuses ${place.repository}, and does not say what it wants`, {
        remedy: `Check that ${place.host} is a registry, and log in with \`docker login ${loginName(place.host)}\`.`,
      });
    }
    this.#challenges.set(place.host, challenge);
    if (challenge.kind === "bearer") this.#scopes.set(key, challenge.scopes);
  }

  async #fetch(challenge: Extract<Challenge, { kind: "bearer" }>, place: Place, signal: AbortSignal): Promise<Kept> {
    const { host, repository } = place;
    const asked = this.#now();
    const credentials = await this.#credentials.credentialsFor(host, signal);
    const scopes = [...new Set([`repository:${repository}:pull`, ...(this.#scopes.get(keyOf(place)) ?? [])])];
    const { realm, service } = challenge;
    const name = loginName(host);
    const request = { host: name, realm, service, scopes, clientId: "llbc", signal, send: this.#send };
    const { token, expiresIn } = await fetchToken(request, credentials).catch((error: unknown) => {
      throw error instanceof Failure ? about(repository, error) : error;
    });
    // Anything else in a header is refused by Node, and would end the request with a message that holds the token.
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new Failure("auth-refused", `no token for ${name}: its token server gave one that no header can hold`);
    }
    const kept = { header: `Bearer ${token}`, until: asked + expiresIn * 900 };
    this.#tokens.set(keyOf(place), kept);
    return kept;
  }
}

interface Kept {
  readonly header: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

function about(repository: string, { code, message, remedy, cause }: Failure): Failure {
  return new Failure(code, `${repository} cannot be read: ${message}`, {
    ...(remedy === undefined ? {} : { remedy }),
    cause,
  });
}

function keyOf({ host, repository }: Place): string {
  return `${host}/${repository}`;
}

function basicHeader({ host, repository }: Place, credentials: Credentials): string {
  switch (credentials.kind) {
    case "password":
      return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`, "utf8").toString("base64")}`;
    case "registry-token":
      return `Bearer ${credentials.token}`;
    case "identity-token":
    case "anonymous":
      throw new Failure("auth-refused", `${host} wants a name and a password for ${repository}, and none is known`, {
        remedy: `Log in with \`docker login ${loginName(host)}\`.`,
      });
  }
}
