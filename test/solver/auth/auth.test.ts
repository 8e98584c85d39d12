import { createPublicKey, verify } from "node:crypto";
import { status } from "@grpc/grpc-js";
import { expect, test, vi } from "vitest";
import { Failure } from "../../../src/failure.ts";
import type { CredentialStore, Credentials } from "../../../src/registry/credentials.ts";
import type { AttachableContext } from "../../../src/solver/buildkit/attachable.ts";
import { auth } from "../../../src/solver/buildkit/auth/auth.ts";
import { session } from "../../../src/solver/buildkit/proto/gen/buildkit.js";
import { authService } from "../../../src/solver/buildkit/session-services.ts";
import { httpServer, json } from "../../registry/rig.ts";
import { askAttachable } from "../ask-attachable.ts";

const known = new Map<string, Credentials>([
  ["password.example", { kind: "password", username: "me", password: "s3cret" }],
  ["identity.example", { kind: "identity-token", token: "refresh" }],
  ["token.example", { kind: "registry-token", token: "bearer" }],
]);
const store: CredentialStore = {
  async credentialsFor(host) {
    if (host === "broken.example") throw new Failure("auth-refused", "the helper is broken", { remedy: "Mend it." });
    return known.get(host) ?? { kind: "anonymous" };
  },
};

function connect(options: { readonly clientTokens?: boolean } = { clientTokens: true }) {
  const reported: Failure[] = [];
  const context: AttachableContext = {
    signal: new AbortController().signal,
    report: (failure) => reported.push(failure),
  };
  return askAttachable(auth({ credentials: store, ...options }, context));
}

/** A request as the generated code wants it: every field there. */
const credentialsOf = (host: string) =>
  session.CredentialsRequest.decode(session.CredentialsRequest.encode({ host }).finish());

test("credentials as BuildKit writes them", async () => {
  const ask = await connect();
  const answers = new Map<string, unknown>();
  for (const host of ["password.example", "identity.example", "token.example", "unknown.example"]) {
    const answer = await ask(authService.Credentials, credentialsOf(host));
    answers.set(host, "response" in answer ? [answer.response.username, answer.response.secret] : answer);
  }
  expect(Object.fromEntries(answers)).toEqual({
    "password.example": ["me", "s3cret"],
    "identity.example": ["", "refresh"],
    "token.example": ["", ""],
    "unknown.example": ["", ""],
  });
});

test("what goes wrong is UNAUTHENTICATED, with words and a remedy", async () => {
  const ask = await connect();
  expect(await ask(authService.Credentials, credentialsOf("broken.example"))).toEqual({
    code: status.UNAUTHENTICATED,
    details: "the helper is broken (Mend it.)",
  });
});

test("tokens are fetched here, with the credentials of the registry", async () => {
  const server = await httpServer((_, response) =>
    json(response, 200, { access_token: "t", expires_in: 300, issued_at: "1970-01-01T00:01:40Z" }),
  );
  const ask = await connect();
  const request = session.FetchTokenRequest.create();
  Object.assign(request, {
    host: "password.example",
    realm: server.url,
    service: "s",
    scopes: ["repository:a:pull"],
    clientId: "buildkit-client",
  });
  const answer = await ask(authService.FetchToken, request);
  if (!("response" in answer)) throw new Error(answer.details);
  expect([answer.response.token, Number(answer.response.expiresIn), Number(answer.response.issuedAt)]).toEqual([
    "t",
    300,
    100,
  ]);
  expect(new URLSearchParams(server.seen[0]?.body).get("username")).toBe("me");
});

test("the worker knows us again by a signature of NaCl's form", async () => {
  const ask = await connect();
  const salt = Buffer.from("the worker's salt");
  const payload = Buffer.from("something random");
  for (const host of ["password.example", "unknown.example"]) {
    const key = await ask(
      authService.GetTokenAuthority,
      Object.assign(session.GetTokenAuthorityRequest.create(), { host, salt }),
    );
    const proof = await ask(
      authService.VerifyTokenAuthority,
      Object.assign(session.VerifyTokenAuthorityRequest.create(), { host, salt, payload }),
    );
    if (!("response" in key && "response" in proof)) throw new Error("no answer");
    const { publicKey } = key.response;
    const { signed } = proof.response;
    expect(publicKey).toHaveLength(32);
    expect(Buffer.from(signed ?? []).subarray(64)).toEqual(payload);
    const x = Buffer.from(publicKey ?? []).toString("base64url");
    const verifier = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    expect(verify(null, payload, verifier, Buffer.from(signed ?? []).subarray(0, 64))).toBe(true);
  }
});

test("the key guards credentials: without any it follows from the salt alone", async () => {
  const salt = Buffer.from("salt");
  const keyOf = async (host: string) => {
    const ask = await connect();
    const answer = await ask(
      authService.GetTokenAuthority,
      Object.assign(session.GetTokenAuthorityRequest.create(), { host, salt }),
    );
    return "response" in answer ? Buffer.from(answer.response.publicKey ?? []).toString("hex") : answer.details;
  };
  expect(await keyOf("a.example")).toBe(await keyOf("b.example"));
  expect(await keyOf("password.example")).not.toBe(await keyOf("password.example"));
});

test("where tokens are left to the worker, it is told so in the way that it understands", async () => {
  vi.stubEnv("BUILDKIT_NO_CLIENT_TOKEN", "1");
  const asks = [await connect({ clientTokens: false }), await connect({})];
  vi.unstubAllEnvs();
  const request = Object.assign(session.GetTokenAuthorityRequest.create(), {
    host: "password.example",
    salt: Buffer.alloc(8),
  });
  for (const ask of asks) {
    expect(await ask(authService.GetTokenAuthority, request)).toMatchObject({ code: status.UNAVAILABLE });
  }
});
