import { formatReference, isDigest, parseImageReference, withDefaultTag } from "../image-reference.ts";
import type { Edge, SourceVertex } from "../llb/vertex.ts";
import { emptyEnv } from "../parser/env.ts";
import { formatPlatformFully, normalizePlatform, type Platform } from "../platform.ts";
import { joinPath } from "../slash-path.ts";
import { didYouMean } from "../suggest.ts";
import { AppendList } from "./append-list.ts";
import { followPathsOf } from "./context/follow-paths.ts";
import type { LoadedContext, NamedContext } from "./context/loaded-context.ts";
import { findStageContext, loadNamedContext } from "./context/named-context.ts";
import { EnvList } from "./env-list.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { withPlace } from "./failure-place.ts";
import { decodeImage } from "./image-decode.ts";
import { type Image, type ImageState, platformOfImage, scratchImage, splitEnv } from "./image-state.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import { reportBasePlatformMismatch } from "./lint/platform-checks.ts";
import { locationOf } from "./lower/location.ts";
import { stepName } from "./lower/step-name.ts";
import { addTriggers } from "./stage-commands.ts";
import { blankStart, reachableFrom, type StageNode, type StageStart } from "./stage-node.ts";
import type { StageTable } from "./stage-table.ts";

/**
 * Resolves the bases of the stages that the target needs, all at once, and takes over the triggers that they bring,
 * which may need further stages and images, until nothing new is needed.
 * @returns the stages that the target needs.
 * @throws InvalidDockerfile
 */
export async function resolveBases(
  context: EvaluationContext,
  table: StageTable,
  target: StageNode,
): Promise<ReadonlySet<StageNode>> {
  for (;;) {
    const reachable = reachableFrom(target);
    await resolveRound(context, table, reachable);
    let more = false;
    for (const node of reachable) if (takeTriggers(context, table, node)) more = true;
    if (!more) return reachable;
  }
}

async function resolveRound(
  context: EvaluationContext,
  table: StageTable,
  reachable: ReadonlySet<StageNode>,
): Promise<void> {
  const waiting: Promise<void>[] = [];
  for (const node of table.nodes) {
    if (node.base !== undefined || node.dispatched || node.resolved) continue;
    const needed = context.allStages || reachable.has(node);
    node.resolved = needed;
    if (node.baseName === "scratch" && node.namedContext === undefined) startFromScratch(context, node);
    else waiting.push(resolveNode(context, table, node, needed));
  }
  await allOrFirstFailure(waiting);
}

/** Waits for all, so that nothing runs on behind a failure; the failure of the first in order is the one told. */
async function allOrFirstFailure(waiting: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(waiting)).find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function resolveNode(
  context: EvaluationContext,
  table: StageTable,
  node: StageNode,
  needed: boolean,
): Promise<void> {
  try {
    await resolveBase(context, table, node, needed);
  } catch (error) {
    if (error instanceof InvalidDockerfile) error.lines ??= node.stage.lines;
    throw withPlace(error, context, node.stage.lines);
  } finally {
    if (!node.registered) node.dispatched = true;
  }
}

function startFromScratch({ targetPlatform }: EvaluationContext, node: StageNode): void {
  node.platform = targetPlatform;
  const { image, history } = scratchImage(targetPlatform);
  node.start = { ...blankStart, image, history };
  if (!node.registered) node.dispatched = true;
}

async function resolveBase(
  context: EvaluationContext,
  table: StageTable,
  node: StageNode,
  needed: boolean,
): Promise<void> {
  const written = node.baseName;
  const reference = parseImageReference(written);
  if (reference === undefined) {
    throw new InvalidDockerfile("invalid-image-name", `"${written}" is neither a stage nor a valid image name`);
  }
  const ref = formatReference(withDefaultTag(reference));
  const platform = node.platform ?? context.targetPlatform;
  node.baseName = ref;
  if (!needed) {
    startFromImage(context, node, platform, undefined);
    return;
  }
  if (node.namedContext !== undefined) {
    await standIn(context, node, node.namedContext);
    return;
  }
  const replacement = findStageContext(context.contexts, ref, platform, context.givenTargetPlatform);
  if (replacement !== undefined) {
    await startFromContext(context, node, replacement, platform);
    return;
  }
  const answer = await resolveImage(context, table, ref, platform, written);
  const base = decoded(answer.config, written);
  const detected = node.platform === undefined && context.givenTargetPlatform === undefined;
  const opPlatform = detected ? detectPlatform(base, platform, context.config.buildPlatform) : platform;
  node.baseName = withDigest(answer.ref, answer.digest);
  startFromImage(context, node, opPlatform, base);
  if (node.start.root !== undefined) {
    reportBasePlatformMismatch(
      context.linter,
      node.stage.lines,
      written,
      opPlatform,
      platformOfImage(base.image.platform),
    );
  }
}

async function resolveImage(
  context: EvaluationContext,
  table: StageTable,
  ref: string,
  platform: Platform,
  written: string,
) {
  const { images, config, signal } = context;
  const shown = config.multiPlatform ? `${formatPlatformFully(platform)} internal` : "internal";
  try {
    const answer = await images.resolve({
      ref,
      platform,
      resolveMode: config.resolveMode,
      ociLayout: undefined,
      logName: `[${shown}] load metadata for ${ref}`,
      signal,
    });
    if (answer.kind === "image") return answer;
    throw new InvalidDockerfile(
      "image-unresolved",
      `a source policy replaces the image ${ref} by ${answer.identifier}`,
    );
  } catch (error) {
    if (!(error instanceof InvalidDockerfile)) throw error;
    // The same answer may serve several stages, and each error its own place.
    const hint = didYouMean(written, [...table.names(), ...wellKnownImages]);
    throw new InvalidDockerfile(error.rule, error.message + hint, { cause: error });
  }
}

const wellKnownImages = ["alpine", "busybox", "centos", "debian", "golang", "ubuntu", "fedora"];

/** A node that a context stands for: it has no instructions, and is done. */
async function standIn(context: EvaluationContext, node: StageNode, named: NamedContext): Promise<void> {
  const loaded = await load(context, node, named);
  node.dispatched = true;
  const image = loaded.image === undefined ? undefined : decoded(loaded.image.config, named.value);
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

async function startFromContext(
  context: EvaluationContext,
  node: StageNode,
  named: NamedContext,
  platform: Platform,
): Promise<void> {
  const loaded = await load(context, node, named);
  const known = loaded.image === undefined ? undefined : decoded(loaded.image.config, named.value);
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

function startFromImage(
  context: EvaluationContext,
  node: StageNode,
  platform: Platform,
  base: Image | undefined,
): void {
  node.platform = platform;
  const { env, workdir } = node.start;
  const image = base === undefined ? node.start.image : withoutCreated(base);
  const history = (base ?? node.start).history;
  const empty = base !== undefined && isEmpty(base);
  node.start = {
    root: empty ? undefined : imageEdge(context, node, platform),
    env,
    workdir,
    opPlatform: empty ? undefined : normalizePlatform(platform),
    image,
    history,
    baseImage: base,
  };
}

function imageEdge(context: EvaluationContext, node: StageNode, platform: Platform): Edge {
  const { config, sourceMap } = context;
  const names = {
    prefixPlatform: config.multiPlatform,
    stageName: node.displayName,
    stepTotal: node.stepTotal,
    onBuild: false,
  };
  const name = stepName(names, node, `FROM ${node.baseName}`, platform, emptyEnv);
  node.step++;
  const vertex: SourceVertex = {
    kind: "source",
    identifier: `docker-image://${node.baseName}`,
    attrs: new Map(config.resolveMode === "default" ? [] : [["image.resolvemode", config.resolveMode]]),
    platform,
    metadata: {
      // Only the mode that must not be ignored asks for the capability.
      caps: config.resolveMode === "pull" ? ["source.image", "source.image.resolvemode"] : ["source.image"],
      description: new Map([
        ["com.docker.dockerfile.v1.command", node.stage.sourceCode],
        ["llb.customname", name],
      ]),
    },
    locations: locationOf(sourceMap, node.stage.lines),
  };
  return { vertex, output: 0 };
}

/** An image without layers is scratch. Old configs name no layers: then the history tells. */
function isEmpty({ image, history }: Image): boolean {
  return (image.rootfs.diffIds ?? []).length === 0 && history.toArray().every((entry) => entry.emptyLayer);
}

/** The platform of an image that was asked for without one: the worker's, if the image is for that one instead. */
function detectPlatform({ image }: Image, target: Platform, worker: Platform): Platform {
  const { os, architecture } = image.platform;
  if (target.os === os && target.architecture === architecture) return target;
  return worker.os === os && worker.architecture === architecture ? worker : target;
}

function withDigest(ref: string, digest: string): string {
  const reference = parseImageReference(ref);
  if (reference === undefined || (digest !== "" && !isDigest(digest))) {
    throw new InvalidDockerfile(
      "image-unresolved",
      `the answer for the image ${ref} names no valid reference and digest`,
    );
  }
  return formatReference(digest === "" ? reference : { ...reference, digest });
}

function decoded(config: object | Uint8Array, name: string): Image {
  const image = decodeImage(config);
  if (image === undefined)
    throw new InvalidDockerfile("image-config", `the config of the image ${name} cannot be read`);
  return image;
}

/** A build starts without the time at which its base was made. */
function withoutCreated({ image }: Image): ImageState {
  return image.created === undefined ? image : { ...image, created: undefined };
}

/** Takes over what the base tells its children to do: ONBUILD in its config, or in its stage. Once. */
function takeTriggers(context: EvaluationContext, table: StageTable, node: StageNode): boolean {
  const triggers = node.base === undefined ? takeImageTriggers(node) : takeStageTriggers(node, node.base);
  return triggers.length > 0 && addTriggers(node, triggers, table, context.dockerfile.escape);
}

function takeImageTriggers(node: StageNode): readonly string[] {
  const triggers = node.start.image.onBuild.toArray();
  if (triggers.length > 0) node.start = { ...node.start, image: { ...node.start.image, onBuild: AppendList.of() } };
  return triggers;
}

function takeStageTriggers(node: StageNode, base: StageNode): readonly string[] {
  if (node.triggersTaken) return [];
  node.triggersTaken = true;
  return base.commands.flatMap(({ instruction }) => (instruction.kind === "onbuild" ? [instruction.expression] : []));
}
