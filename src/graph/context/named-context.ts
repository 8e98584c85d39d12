import { formatShortReference, type ImageReference, parseImageReference } from "../../image-reference.ts";
import type { SourceVertex } from "../../llb/vertex.ts";
import { formatPlatformFully, normalizePlatform, type Platform } from "../../platform.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import type { ContextBuild } from "./context-build.ts";
import { gitContext } from "./git-context.ts";
import { downloadContext } from "./http-source.ts";
import { loadImageContext, loadLayoutContext } from "./image-context.ts";
import { loadInput } from "./input-context.ts";
import { invalidContext, type LoadedContext, type NamedContext, type NamedContextUse } from "./loaded-context.ts";
import { loadLocalContext } from "./local-context.ts";

/**
 * The context that the options name for an image or stage, a key with the platform before a plain one.
 * @throws InvalidDockerfile without a place, if the name is no image name.
 */
export function findNamedContext(
  build: ContextBuild,
  name: string,
  platform: Platform | undefined,
  reference = parseImageReference(name),
): NamedContext | undefined {
  if (reference === undefined) {
    const message = `"${name}" cannot be looked up as a context, since it is not a valid image name`;
    throw new InvalidDockerfile("context-name", message, { placeless: true });
  }
  if (!hasNamedContexts(build.options)) return undefined;
  const short = formatShortReference(reference).replace(/:latest$/, "");
  const withPlatform = `${short}::${formatPlatformFully(normalizePlatform(platform ?? build.buildPlatform))}`;
  for (const key of [withPlatform, short]) {
    const value = build.options.get(`context:${key}`);
    if (value !== undefined) return { name: short, key, value, platform };
  }
  return undefined;
}

/** By options: every stage and every base asks, and most builds have no named context at all. */
const known = new WeakMap<ReadonlyMap<string, string>, boolean>();

function hasNamedContexts(options: ReadonlyMap<string, string>): boolean {
  let has = known.get(options);
  if (has === undefined) {
    has = [...options.keys()].some((key) => key.startsWith("context:"));
    known.set(options, has);
  }
  return has;
}

/**
 * As `findNamedContext`, for a stage or what a stage is based on or reads from: `scratch` and `context` keep their
 * meaning, and a platform that is not given is that of the target.
 */
export function findStageContext(
  build: ContextBuild,
  name: string,
  platform: Platform | undefined,
  targetPlatform: Platform | undefined,
  reference?: ImageReference,
): NamedContext | undefined {
  const lower = name.toLowerCase();
  if (lower === "scratch" || lower === "context") return undefined;
  return findNamedContext(build, name, platform ?? targetPlatform, reference);
}

/**
 * Loads a named context: resolves its image, or reads its ignore file.
 * @throws InvalidDockerfile for a value that cannot be understood; it belongs to the FROM or COPY that asks.
 */
export async function loadNamedContext(
  build: ContextBuild,
  context: NamedContext,
  use: NamedContextUse,
): Promise<LoadedContext> {
  return load(build, context, use, 0);
}

/** How often source policies may put one context in place of another. */
const deepestReplacement = 10;

async function load(
  build: ContextBuild,
  context: NamedContext,
  use: NamedContextUse,
  depth: number,
): Promise<LoadedContext> {
  const { key, value } = context;
  if (depth > deepestReplacement) throw invalidContext(`the source policies replace the context "${key}" without end`);
  const colon = value.indexOf(":");
  if (colon === -1)
    throw invalidContext(`the context "${key}" is given as "${value}", which has no scheme: ${schemesHint}`);
  // git@host:path is an address without a scheme.
  const scheme = value.startsWith("git@") ? "git" : value.slice(0, colon);
  const rest = value.slice(colon + 1);
  switch (scheme) {
    case "docker-image": {
      const image = await loadImageContext(build, context, rest, use);
      if (!("replacedBy" in image)) return image;
      // The identifier of an op is the value of a context, but for local sources.
      const value = image.replacedBy.replace(/^local:\/\//, "local:");
      return load(build, { ...context, value }, use, depth + 1);
    }
    case "oci-layout":
      return loadLayoutContext(build, context, rest, use);
    case "git":
    case "http":
    case "https":
      return sourceOnly(remoteSource(context, scheme));
    case "local":
      return loadLocalContext(build, context, rest, use);
    case "input":
      return loadInput(build, key, rest, use.signal);
    default:
      throw invalidContext(`the context "${key}" has the scheme "${scheme}", which is not known: ${schemesHint}`);
  }
}

const schemesHint =
  "use docker-image://, oci-layout://, local:, input:, or the address of a git repository or a file on the web";

function remoteSource({ key, value }: NamedContext, scheme: "git" | "http" | "https"): SourceVertex {
  const git = gitContext(value);
  if (git !== undefined) return git;
  if (scheme === "git")
    throw invalidContext(`the context "${key}" is "${value}", which is no address of a git repository`);
  return downloadContext(value, `[context ${key}] ${value}`);
}

function sourceOnly(vertex: SourceVertex): LoadedContext {
  return { root: { vertex, output: 0 }, image: undefined };
}
