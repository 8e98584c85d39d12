import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, errnoText } from "../../../errno.ts";
import { Failure } from "../../../failure.ts";
import { makePlatform, normalizePlatform, type Platform } from "../../../platform.ts";
import { didYouMean } from "../../../suggest.ts";
import { fieldOf, recordOf } from "../../json-fields.ts";
import { hasContext } from "../docker-context.ts";
import { contextName } from "../engine-places.ts";
import { dockerFolder, isSet, type Surroundings } from "../surroundings.ts";
import type { Builder, BuilderNode } from "./builder.ts";

/**
 * The builder of a name, as docker buildx keeps it under BUILDX_CONFIG (by default `buildx` in Docker's folder), or else
 * the Docker context of that name, which is a builder with one node.
 *
 * Rejects with a Failure `usage` when there is neither, or when what buildx keeps cannot be read.
 */
export async function namedBuilder(name: string, surroundings: Surroundings): Promise<Builder> {
  const kept = readBuilder(name, surroundings);
  if (kept !== undefined) return kept;
  if (name === "default" || (await hasContext(dockerFolder(surroundings), name))) return contextBuilder(name);
  const names = ["default", ...(await builderNames(surroundings))];
  throw new Failure("usage", `there is no builder and no Docker context named "${name}"${didYouMean(name, names)}`, {
    remedy: `There are ${names.join(", ")}; docker buildx create makes others, and addr (--addr) names a worker by its address.`,
  });
}

/**
 * The builder that `docker buildx use` chose for the present Docker engine, or for all of them; undefined where the
 * engine itself builds.
 */
export async function currentBuilder(surroundings: Surroundings): Promise<Builder | undefined> {
  const folder = storeFolder(surroundings);
  const current = recordOf(readJson(join(folder, "current")));
  const key = await engineKey(surroundings);
  const { Name: name, Key: chosenFor, Global: isGlobal } = current;
  if (typeof name === "string" && name !== "") {
    const kept = isGlobal === true || chosenFor === key ? readBuilder(name, surroundings) : undefined;
    if (kept !== undefined || chosenFor === key) return kept;
  }
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 20);
  const fallback = readText(join(folder, "defaults", hash))?.trim() ?? "";
  return fallback === "" ? undefined : readBuilder(fallback, surroundings);
}

function storeFolder(surroundings: Surroundings): string {
  const { BUILDX_CONFIG: folder } = surroundings.env;
  return isSet(folder) ? folder : join(dockerFolder(surroundings), "buildx");
}

/** What a choice of builder holds for: the name of a Docker context, or for the default one its engine's address. */
async function engineKey(surroundings: Surroundings): Promise<string> {
  const name = await contextName(surroundings);
  if (name !== "default") return name;
  const { DOCKER_HOST: host } = surroundings.env;
  if (isSet(host)) return host;
  return surroundings.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";
}

function contextBuilder(name: string): Builder {
  return { name, driver: "docker", nodes: [{ name, endpoint: name, platforms: [], options: new Map() }] };
}

function readBuilder(name: string, surroundings: Surroundings): Builder | undefined {
  // Anything else is no name of buildx's, and might be a path.
  if (!/^[a-z][a-z0-9._-]*$/i.test(name)) return undefined;
  const path = join(storeFolder(surroundings), "instances", name.toLowerCase());
  const value = readJson(path);
  if (value === undefined) return undefined;
  const nodes = listOf(fieldOf(value, "Nodes")).map(readNode);
  if (nodes.length === 0) throw broken(path, "it has no nodes");
  const driver = textOf(fieldOf(value, "Driver"));
  return { name: textOf(fieldOf(value, "Name")) || name, driver: driver === "" ? "docker" : driver, nodes };
}

function readNode(value: unknown): BuilderNode {
  const options = Object.entries(recordOf(fieldOf(value, "DriverOpts")));
  return {
    name: textOf(fieldOf(value, "Name")),
    endpoint: textOf(fieldOf(value, "Endpoint")),
    platforms: listOf(fieldOf(value, "Platforms")).flatMap(readPlatform),
    options: new Map(options.map(([key, option]) => [key, textOf(option)])),
  };
}

function readPlatform(value: unknown): readonly Platform[] {
  const [os, architecture] = [textOf(fieldOf(value, "os")), textOf(fieldOf(value, "architecture"))];
  const variant = textOf(fieldOf(value, "variant"));
  return os === "" || architecture === "" ? [] : [normalizePlatform(makePlatform({ os, architecture, variant }))];
}

async function builderNames(surroundings: Surroundings): Promise<readonly string[]> {
  const names = await readdir(join(storeFolder(surroundings), "instances")).catch(() => []);
  return [...names].sort();
}

function readJson(path: string): unknown {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw broken(path, "it is not valid JSON");
  }
}

/** At once: a few small files, each of which would wait longer for its turn than it takes to read. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw broken(path, errnoText(error));
  }
}

function broken(path: string, why: string): Failure {
  return new Failure("usage", `what docker buildx keeps in ${path} cannot be used: ${why}`, {
    remedy: "Make the builder anew with docker buildx create, or name a worker with addr (--addr).",
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
