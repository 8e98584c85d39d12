import { normalizePlatform, type Platform } from "../platform.ts";
import { joinPath } from "../slash-path.ts";
import { decodedBase, withoutCreated } from "./base-image.ts";
import { followPathsOf } from "./context/follow-paths.ts";
import type { LoadedContext, NamedContext } from "./context/loaded-context.ts";
import { loadNamedContext } from "./context/named-context.ts";
import { EnvList } from "./env-list.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { type Image, platformOfImage, scratchImage, splitEnv } from "./image-state.ts";
import type { StageNode, StageStart } from "./stage-node.ts";

/** A node that a context stands for: it has no instructions, and is done. */
export async function standIn(context: EvaluationContext, node: StageNode, named: NamedContext): Promise<void> {
  const loaded = await load(context, node, named);
  node.dispatched = true;
  const image = loaded.image === undefined ? undefined : decodedBase(loaded.image.config, named.value);
  const { root, env, workdir, opPlatform } = stateOf(loaded, image);
  const own = image ?? node.start;
  node.start = {
    root,
    env,
    workdir,
    opPlatform,
    image: withoutCreated(own),
    history: own.history,
    baseImage: undefined,
  };
  if (image !== undefined && image.image.platform.architecture !== "" && image.image.platform.os !== "") {
    node.platform = platformOfImage(image.image.platform);
  }
}

/** A node whose base, by name, is a context. */
export async function startFromContext(
  context: EvaluationContext,
  node: StageNode,
  named: NamedContext,
  platform: Platform,
): Promise<void> {
  const loaded = await load(context, node, named);
  const known = loaded.image === undefined ? undefined : decodedBase(loaded.image.config, named.value);
  const image = known ?? scratchImage(platform);
  const { root, env, workdir } = stateOf(loaded, known);
  node.start = {
    root,
    env,
    workdir,
    opPlatform: normalizePlatform(platform),
    image: withoutCreated(image),
    history: image.history,
    baseImage: image,
  };
  node.platform = platform;
}

function load(context: EvaluationContext, node: StageNode, named: NamedContext): Promise<LoadedContext> {
  return loadNamedContext(context.contexts, named, {
    resolveMode: context.config.resolveMode,
    followPaths: () => followPathsOf(node.paths),
    signal: context.signal,
  });
}

/** What an image config gives to the state of a context: variables, folder, platform. */
function stateOf(
  loaded: LoadedContext,
  image: Image | undefined,
): Pick<StageStart, "root" | "env" | "workdir" | "opPlatform"> {
  const { root } = loaded;
  const own = root?.vertex.kind === "source" && root.vertex.platform !== undefined ? root.vertex.platform : undefined;
  const opPlatform = own === undefined ? undefined : normalizePlatform(own);
  if (image === undefined) return { root, env: EnvList.empty, workdir: "/", opPlatform };
  const { env, workingDir, platform } = image.image;
  const entries = env.base.map(splitEnv).filter(([key]) => key !== "");
  const known = platform.architecture !== "" && platform.os !== "";
  return {
    root,
    env: EnvList.of(entries),
    workdir: absolute(workingDir),
    opPlatform: known ? normalizePlatform(platformOfImage(platform)) : opPlatform,
  };
}

/** A directory of a config as BuildKit's client takes it: an absolute one as it is, any other below the root. */
function absolute(path: string): string {
  return path.startsWith("/") ? path : joinPath("/", path);
}
