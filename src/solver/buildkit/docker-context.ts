import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../failure.ts";
import { type Endpoint, parseAddress, type Tls } from "./address.ts";

/** Reads a small file at once, or gives nothing when it is not there. */
function readOptional(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) {
      return undefined;
    }
    throw error;
  }
}

/** The name of the context that Docker's configuration folder says is current; `default` when it says nothing. */
export async function currentContext(configFolder: string): Promise<string> {
  const text = readOptional(join(configFolder, "config.json"));
  if (text === undefined) return "default";
  const config = parseObject(text.toString("utf8"), join(configFolder, "config.json"));
  const name = config.currentContext;
  return typeof name === "string" && name !== "" ? name : "default";
}

/** Whether there is a Docker context of the name. */
export async function hasContext(configFolder: string, name: string): Promise<boolean> {
  return readOptional(metaFile(configFolder, name)) !== undefined;
}

/**
 * The engine of a named Docker context, as `docker context create` stores it: `contexts/meta/<sha256 of the
 * name>/meta.json`, certificates in `contexts/tls/…`.
 *
 * Throws a Failure `usage` when there is no such context, or when it has no engine that can be reached.
 */
export async function contextEndpoint(configFolder: string, name: string): Promise<Endpoint> {
  const id = contextId(name);
  const path = metaFile(configFolder, name);
  const text = readOptional(path);
  if (text === undefined) {
    throw new Failure("usage", `there is no Docker context named "${name}"`, {
      remedy: "See `docker context ls`, choose one with `docker context use`, or give addr (--addr).",
    });
  }
  const engine = objectAt(objectAt(parseObject(text.toString("utf8"), path), "Endpoints"), "docker");
  if (typeof engine.Host !== "string" || engine.Host === "") {
    throw new Failure("usage", `the Docker context "${name}" has no engine`, { remedy: "Give addr (--addr)." });
  }
  const tls = await contextTls(join(configFolder, "contexts", "tls", id, "docker"), engine.SkipTLSVerify === true);
  return asEngine(parseAddress(engine.Host, tls));
}

function contextId(name: string): string {
  return createHash("sha256").update(name).digest("hex");
}

function metaFile(configFolder: string, name: string): string {
  return join(configFolder, "contexts", "meta", contextId(name), "meta.json");
}

/** Certificates in a folder under the names that Docker gives them; nothing when none is there. */
export async function folderTls(folder: string, insecure: boolean): Promise<Tls | undefined> {
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => readOptional(join(folder, name)));
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    insecure,
  };
}

async function contextTls(folder: string, insecure: boolean): Promise<Tls | undefined> {
  return (await folderTls(folder, insecure)) ?? (insecure ? { insecure } : undefined);
}

/** What Docker itself names is an engine: a refused upgrade is then the thing to report. */
export function asEngine(endpoint: Endpoint): Endpoint {
  return { ...endpoint, protocol: "docker" };
}

function parseObject(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below, without the text: it may hold credentials.
  }
  throw new Failure("usage", `${path} is not valid JSON`, { remedy: "Mend the file, or give addr (--addr)." });
}

function objectAt(object: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = object[key];
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
