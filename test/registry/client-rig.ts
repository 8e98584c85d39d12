import { expect } from "vitest";
import { Failure } from "../../src/failure.ts";
import { type ImageReference, parseImageReference } from "../../src/image-reference.ts";
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from "../../src/registry/client.ts";
import type { CredentialStore } from "../../src/registry/credentials.ts";
import type { TestRegistry } from "./registry-server.ts";

export const nobody: CredentialStore = { credentialsFor: async () => ({ kind: "anonymous" }) };
export const me: CredentialStore = {
  credentialsFor: async () => ({ kind: "password", username: "me", password: "s3cret" }),
};

export function clientWith(options: Partial<RegistryClientOptions>): RegistryClient {
  return createRegistryClient({ credentials: nobody, waits: [0, 0, 0], env: {}, ...options });
}

export function reference({ host }: TestRegistry): ImageReference {
  const found = parseImageReference(`${host}/a/b:1`);
  if (found === undefined) throw new Error(`${host} is no registry`);
  return found;
}

export function open(registry: TestRegistry, options: Partial<RegistryClientOptions> = {}) {
  return { client: clientWith(options), image: reference(registry) };
}

export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  if (!(error instanceof Failure)) throw error;
  expect(`${error.message} ${error.remedy}`).not.toContain("s3cret");
  return error;
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

export const digestOfNothing = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
