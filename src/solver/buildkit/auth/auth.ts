import { status } from "@grpc/grpc-js";
import Long from "long";
import { environment } from "../../../environment.ts";
import type { CredentialStore, Credentials } from "../../../registry/credentials.ts";
import { fetchToken } from "../../../registry/token.ts";
import type { Attachable, AttachableContext } from "../attachable.ts";
import type { session } from "../proto/gen/buildkit.js";
import { authService } from "../session-services.ts";
import { StatusError, unaryHandler } from "../unary-handler.ts";
import { TokenAuthority } from "./token-authority.ts";

export interface AuthOptions {
  readonly credentials: CredentialStore;
  /** Whether tokens are fetched here, so that the worker never sees a password; unless BUILDKIT_NO_CLIENT_TOKEN is set. */
  readonly clientTokens?: boolean;
}

/**
 * moby.filesync.v1.Auth: shows registries who we are. The worker asks for our public key first; with it, it asks us
 * for each token and checks that it is still us, and only a registry with Basic authentication gets to see a password.
 *
 * What goes wrong is told to the worker as UNAUTHENTICATED, in words without a secret, and comes back with the vertex
 * that needed it: it need not be fatal to the build (a mirror, a cache), so it is not reported here.
 */
export function auth(options: AuthOptions, context: AttachableContext): Attachable {
  const { credentials, clientTokens = !prefersWorker(environment()) } = options;
  const authority = new TokenAuthority();

  const isGuarded = async (host: string, signal: AbortSignal): Promise<boolean> => {
    if (!clientTokens) throw new StatusError(status.UNAVAILABLE, "this client fetches no tokens");
    return toWire(await credentials.credentialsFor(host, signal)).secret !== "";
  };
  const serve = <Request, Response>(run: (request: Request, signal: AbortSignal) => Promise<Response>) =>
    unaryHandler(context.signal, status.UNAUTHENTICATED, run);

  return {
    definition: authService,
    implementation: {
      Credentials: serve(async ({ host }: session.CredentialsRequest, signal) =>
        toWire(await credentials.credentialsFor(host, signal)),
      ),
      FetchToken: serve(async ({ host, realm, service, scopes, clientId }: session.FetchTokenRequest, signal) => {
        const mine = await credentials.credentialsFor(host, signal);
        const token = await fetchToken(
          { host, realm, service, scopes, clientId: clientId || "buildkit-client", signal },
          mine,
        );
        return {
          token: token.token,
          expiresIn: Long.fromNumber(token.expiresIn),
          issuedAt: Long.fromNumber(token.issuedAt ?? 0),
        };
      }),
      GetTokenAuthority: serve(async ({ host, salt }: session.GetTokenAuthorityRequest, signal) => ({
        publicKey: authority.publicKey(host, salt, await isGuarded(host, signal)),
      })),
      VerifyTokenAuthority: serve(async ({ host, salt, payload }: session.VerifyTokenAuthorityRequest, signal) => ({
        signed: authority.sign(host, salt, await isGuarded(host, signal), payload),
      })),
    },
  };
}

/** How BuildKit writes credentials: an identity token is a secret without a name, a registry's token is not told. */
function toWire(credentials: Credentials): { readonly username: string; readonly secret: string } {
  switch (credentials.kind) {
    case "password":
      return { username: credentials.username, secret: credentials.password };
    case "identity-token":
      return { username: "", secret: credentials.token };
    case "anonymous":
    case "registry-token":
      return { username: "", secret: "" };
  }
}

/** BuildKit's own variable for its client, with what Go takes for true. */
function prefersWorker(env: Readonly<Record<string, string | undefined>>): boolean {
  return ["1", "t", "T", "true", "TRUE", "True"].includes(env.BUILDKIT_NO_CLIENT_TOKEN ?? "");
}
