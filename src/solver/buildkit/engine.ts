import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment.ts";
import { Failure } from "../../failure.ts";
import { fieldOf } from "../json-fields.ts";
import type { Endpoint } from "./address.ts";
import { dial } from "./dial.ts";
import { discover } from "./discover.ts";
import { contextEndpoint } from "./docker-context.ts";

/** A Docker engine as a place for images, whoever builds them. */
export interface Engine {
  readonly endpoint: Endpoint;
  /** It keeps its images as containerd does: then it takes OCI archives, of several platforms too. */
  readonly takesOci: boolean;
}

/**
 * Finds the engine of a named Docker context, or without a name that of the current one, and asks it what it takes.
 * Rejects with a Failure `usage` for a context that is not there, or `worker-unreachable`.
 */
export async function findEngine(context: string | undefined, signal: AbortSignal): Promise<Engine> {
  const endpoint = await endpointOf(context, signal);
  try {
    const status = fieldOf(await askJson(endpoint, "/info", signal), "DriverStatus");
    const pairs: readonly unknown[] = Array.isArray(status) ? status : [];
    const driver = JSON.stringify(["driver-type", "io.containerd.snapshotter.v1"]);
    return { endpoint, takesOci: pairs.some((pair) => JSON.stringify(pair) === driver) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    throw new Failure("worker-unreachable", `the Docker engine at ${endpoint.text} does not answer`, { cause: error });
  }
}

/**
 * Streams an image archive into an engine and waits until it has taken it. Rejects with a Failure `export-failed` in
 * the engine's words, or with what `pieces` throws; then the engine keeps nothing of the archive's images.
 * @returns how many bytes were sent.
 */
export async function loadImage(
  engine: Endpoint,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const loading = await ask(engine, "POST", "/images/load?quiet=1", signal);
  loading.setHeader("Content-Type", "application/x-tar");
  const answer = answerOf(loading);
  // It may come before the end of what we send; it is looked at then.
  answer.catch(() => {});
  let size = 0;
  try {
    for await (const piece of pieces) {
      size += piece.length;
      if (loading.destroyed) break;
      if (!loading.write(piece)) await Promise.race([once(loading, "drain", { signal }), answer]);
    }
  } catch (error) {
    // Never ended: the engine sees a broken request, not a short archive.
    loading.destroy();
    throw error;
  }
  loading.end();
  refuseErrors(await answer);
  return size;
}

/** What an engine answers to a question. Rejects with a Failure in its words, and where the answer is no JSON. */
export async function askJson(engine: Endpoint, path: string, signal: AbortSignal): Promise<unknown> {
  return JSON.parse(await send(await ask(engine, "GET", path, signal)));
}

/** The version that an engine has, such as `28.5.2`; undefined when it does not say. */
export async function readEngineVersion(engine: Endpoint, signal: AbortSignal): Promise<string | undefined> {
  try {
    const version = fieldOf(await askJson(engine, "/version", signal), "Version");
    return typeof version === "string" ? version : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

async function endpointOf(context: string | undefined, signal: AbortSignal): Promise<Endpoint> {
  if (context === undefined || context === "" || context === "default") {
    return (await discover({ addr: "docker://", signal })).endpoint;
  }
  return contextEndpoint(environment().DOCKER_CONFIG ?? join(homedir(), ".docker"), context);
}

/** Asks something of an engine; the request is to be ended. */
export async function ask(
  endpoint: Endpoint,
  method: string,
  path: string,
  signal: AbortSignal,
): Promise<ClientRequest> {
  const socket = await dial(endpoint, signal);
  return request({ createConnection: () => socket, method, path, host: "docker", signal });
}

function send(asked: ClientRequest): Promise<string> {
  asked.end();
  return answerOf(asked);
}

/** The body of the answer; rejects with a Failure in the engine's words when it refuses. */
function answerOf(asked: ClientRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    asked.on("error", reject);
    asked.on("response", (response: IncomingMessage) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        if (body.length < maxAnswer) body += text;
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(body);
        else reject(refused(wordsOf(body) ?? `HTTP ${response.statusCode}`));
      });
    });
  });
}

/** Characters: of a longer answer, what comes later tells of progress only. */
const maxAnswer = 1 << 20;

/** An engine that has begun to answer well tells of errors inside of the answer, a line of JSON each. */
function refuseErrors(body: string): void {
  for (const line of body.split("\n")) {
    const words = line.includes('"error') ? wordsOf(line) : undefined;
    if (words !== undefined) throw refused(words);
  }
}

/** What an engine says of an error. */
export function wordsOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const words = fieldOf(value, "message") ?? fieldOf(value, "error");
    return typeof words === "string" ? words : undefined;
  } catch {
    return undefined;
  }
}

function refused(words: string): Failure {
  return new Failure("export-failed", `the Docker engine did not take the image: ${words}`);
}
