import { Failure } from "../failure.ts";
import {
  formatReference,
  type ImageReference,
  isDigest,
  parseImageReference,
  withDefaultTag,
} from "../image-reference.ts";
import type { Edge, SourceVertex } from "../llb/vertex.ts";
import { emptyEnv } from "../parser/env.ts";
import { formatPlatformFully, normalizePlatform, type Platform } from "../platform.ts";
import { didYouMean } from "../suggest.ts";
import { decodedBase, withoutCreated } from "./base-image.ts";
import { findStageContext } from "./context/named-context.ts";
import { standIn, startFromContext } from "./context-base.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { isAboutImage, withPlace } from "./failure-place.ts";
import { type Image, platformOfImage, scratchImage } from "./image-state.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import { reportBasePlatformMismatch } from "./lint/platform-checks.ts";
import { locationOf } from "./lower/location.ts";
import { namedCommand } from "./lower/named.ts";
import { stepName } from "./lower/step-name.ts";
import { blankStart, type StageNode } from "./stage-node.ts";
import type { StageTable } from "./stage-table.ts";

/**
 * Resolves what a node is based on, if it is no stage: an image, or a context in its place. What the build does not
 * need (`needed` is false) only has to have a valid name.
 * @throws InvalidDockerfile at the FROM, or at the COPY that names the image.
 */
export async function resolveNode(
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

/** A node that is based on nothing. */
export function startFromScratch({ targetPlatform }: EvaluationContext, node: StageNode): void {
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
  const named = parseImageReference(written);
  if (named === undefined) {
    throw new InvalidDockerfile("invalid-image-name", `"${written}" is neither a stage nor a valid image name`);
  }
  const reference = withDefaultTag(named);
  const ref = formatReference(reference);
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
  const replacement = findStageContext(context.contexts, ref, platform, context.givenTargetPlatform, reference);
  if (replacement !== undefined) {
    await startFromContext(context, node, replacement, platform);
    return;
  }
  const answer = await resolveImage(context, table, ref, platform, written);
  const base = decodedBase(answer.config, written);
  const detected = node.platform === undefined && context.givenTargetPlatform === undefined;
  const opPlatform = detected ? detectPlatform(base, platform, context.config.buildPlatform) : platform;
  node.baseName = withDigest(answer, answer.ref === ref ? reference : parseImageReference(answer.ref));
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
    throw withHint(error, didYouMean(written, [...table.names(), ...wellKnownImages]));
  }
}

/** The same answer may serve several stages: each has an error of its own. */
function withHint(error: unknown, hint: string): unknown {
  if (error instanceof InvalidDockerfile)
    return new InvalidDockerfile(error.rule, error.message + hint, { cause: error });
  if (!isAboutImage(error)) return error;
  const { code, message, remedy, cause } = error;
  return new Failure(code, message + hint, { cause, ...(remedy === undefined ? {} : { remedy }) });
}

const wellKnownImages = ["alpine", "busybox", "centos", "debian", "golang", "ubuntu", "fedora"];

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
      description: namedCommand(name, node.stage.sourceCode),
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

function withDigest(
  { ref, digest }: { readonly ref: string; readonly digest: string },
  reference: ImageReference | undefined,
): string {
  if (reference === undefined || (digest !== "" && !isDigest(digest))) {
    throw new InvalidDockerfile(
      "image-unresolved",
      `the answer for the image ${ref} names no valid reference and digest`,
    );
  }
  return formatReference(digest === "" ? reference : { ...reference, digest });
}
