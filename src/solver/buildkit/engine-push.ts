import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { Failure } from "../../failure.ts";
import type { Credentials } from "../../registry/credentials.ts";
import { fieldOf } from "../json-fields.ts";
import type { Endpoint } from "./address.ts";
import { ask, wordsOf } from "./engine.ts";

/** An image that an engine is to push, under one of its names. */
export interface PushedName {
  /** With its domain, without tag. */
  readonly name: string;
  readonly tag: string;
  readonly credentials: Credentials;
}

/**
 * Has a Docker engine push an image that it keeps. Rejects with a Failure `export-failed` in the engine's words.
 * @returns the digest that the image has in the registry; undefined where the engine does not say.
 */
export async function pushImage(
  engine: Endpoint,
  { name, tag, credentials }: PushedName,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = `/images/${encodeURI(name)}/push?tag=${encodeURIComponent(tag)}`;
  const pushing = await ask(engine, "POST", path, signal);
  pushing.setHeader("X-Registry-Auth", authHeader(credentials));
  pushing.end();
  const [response]: IncomingMessage[] = await once(pushing, "response", { signal });
  if (response === undefined) throw new Error("an answer without a message");
  let digest: string | undefined;
  let words: string | undefined;
  for await (const line of createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) {
    digest = digestIn(line) ?? digest;
    if (response.statusCode !== 200 || line.includes('"error"')) words ??= wordsOf(line);
  }
  if (response.statusCode !== 200) words ??= `HTTP ${response.statusCode}`;
  if (words !== undefined) throw new Failure("export-failed", `the Docker engine did not push ${name}: ${words}`);
  return digest;
}

/** The last of what it tells of a push. */
function digestIn(line: string): string | undefined {
  if (!line.includes('"aux"')) return undefined;
  try {
    const digest = fieldOf(fieldOf(JSON.parse(line), "aux"), "Digest");
    return typeof digest === "string" ? digest : undefined;
  } catch {
    return undefined;
  }
}

function authHeader(credentials: Credentials): string {
  return Buffer.from(JSON.stringify(authOf(credentials))).toString("base64url");
}

function authOf(credentials: Credentials): Readonly<Record<string, string>> {
  switch (credentials.kind) {
    case "anonymous":
      return {};
    case "password":
      return { username: credentials.username, password: credentials.password };
    case "identity-token":
      return { identitytoken: credentials.token };
    case "registry-token":
      return { registrytoken: credentials.token };
  }
}
