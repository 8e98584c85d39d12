/** What a registry, or the server that gives tokens for it, is shown of us. */
export type Credentials =
  | { readonly kind: "anonymous" }
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  /** A refresh token: good for asking for other tokens. */
  | { readonly kind: "identity-token"; readonly token: string }
  /** A bearer token for the registry itself, used as it is. */
  | { readonly kind: "registry-token"; readonly token: string };

export const anonymous: Credentials = { kind: "anonymous" };

/** Where credentials come from. */
export interface CredentialStore {
  /**
   * The credentials for a registry, by its host (`registry.example:5000`; Docker Hub's is `registry-1.docker.io`).
   * Rejects with a Failure `auth-refused` when they cannot be read; a registry that is unknown is `anonymous`.
   */
  credentialsFor(host: string, signal?: AbortSignal): Promise<Credentials>;
}
