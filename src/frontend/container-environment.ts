import { makePlatform, type Platform } from "../platform.ts";
import type { GatewayWorker } from "./gateway.ts";

/** What BuildKit tells a frontend by the environment of its container. */
export interface ContainerEnvironment {
  /** Frontend options by name; `source` is the image of the frontend. */
  readonly options: ReadonlyMap<string, string>;
  readonly sessionId: string;
  readonly product: string;
  /** Undefined where they are not told, or not in a form that is known: the answer to Ping tells them, too. */
  readonly workers: readonly GatewayWorker[] | undefined;
}

/** Undefined where it is not BuildKit that has started this process. */
export function containerEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): ContainerEnvironment | undefined {
  const sessionId = variables.BUILDKIT_SESSION_ID;
  if (sessionId === undefined) return undefined;
  const options = new Map<string, string>();
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined || !name.startsWith("BUILDKIT_FRONTEND_OPT_")) continue;
    const equals = value.indexOf("=");
    options.set(equals < 0 ? value : value.slice(0, equals), equals < 0 ? "" : value.slice(equals + 1));
  }
  return {
    options,
    sessionId,
    product: variables.BUILDKIT_EXPORTEDPRODUCT ?? "",
    workers: readWorkers(variables.BUILDKIT_WORKERS ?? ""),
  };
}

function readWorkers(text: string): readonly GatewayWorker[] | undefined {
  const list = parse(text);
  if (!Array.isArray(list) || list.length === 0) return undefined;
  return list.map((worker) => {
    const platforms = fieldOf(worker, "platforms");
    return {
      id: textOf(fieldOf(worker, "id")),
      labels: new Map(Object.entries(objectOf(fieldOf(worker, "labels"))).map(([key, value]) => [key, textOf(value)])),
      platforms: (Array.isArray(platforms) ? platforms : []).map(readPlatform),
    };
  });
}

function readPlatform(json: unknown): Platform {
  const features = fieldOf(json, "os.features");
  return makePlatform({
    os: textOf(fieldOf(json, "os")),
    architecture: textOf(fieldOf(json, "architecture")),
    variant: textOf(fieldOf(json, "variant")),
    osVersion: textOf(fieldOf(json, "os.version")),
    ...(Array.isArray(features) ? { osFeatures: features.map(textOf) } : {}),
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(json: unknown): object {
  return typeof json === "object" && json !== null ? json : {};
}

function fieldOf(json: unknown, key: string): unknown {
  return new Map<string, unknown>(Object.entries(objectOf(json))).get(key);
}

function textOf(json: unknown): string {
  return typeof json === "string" ? json : "";
}
