import { Failure } from "../failure.ts";
import type { SourceOp } from "../llb/op.ts";
import type { Edge } from "../llb/vertex.ts";
import type { Stage } from "../parser/instruction.ts";
import { decodeUtf8 } from "../utf8.ts";
import type { SourceMetadata } from "./compile-options.ts";
import { newestFileTime } from "./context/archive.ts";
import type { ContextBuild } from "./context/context-build.ts";
import { loadingDefinition } from "./context/loading-definition.ts";
import { findNamedContext, loadNamedContext } from "./context/named-context.ts";
import type { EnvList } from "./env-list.ts";
import { epochStageSource } from "./epoch-source.ts";
import { commitTime } from "./git-commit.ts";
import { parseInt64 } from "./go-numbers.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import { type Timestamp, timestampOfSeconds } from "./timestamp.ts";

/** What SOURCE_DATE_EPOCH can refer to. */
export interface EpochScope {
  readonly build: ContextBuild;
  /** The main context, unfiltered; undefined for scratch. */
  readonly mainContext: Edge | undefined;
  readonly stages: readonly Stage[];
  readonly globalArgs: EnvList;
  readonly buildArgs: ReadonlyMap<string, string>;
  /** The escape character of the Dockerfile. */
  readonly escape: "\\" | "`";
  /** What a worker knows about a source that is no image. */
  readonly metadata: (request: EpochMetadataRequest) => Promise<SourceMetadata>;
  readonly signal: AbortSignal;
}

export interface EpochMetadataRequest {
  readonly identifier: string;
  readonly attrs: ReadonlyMap<string, string>;
  /** Asks for the commit object: the source is a git repository. */
  readonly gitObjects: boolean;
  readonly logName: string;
}

/**
 * The moment that SOURCE_DATE_EPOCH stands for: seconds since 1970, the word `context`, the name of a named context, or
 * the name of a stage with one remote ADD. The time of a commit is the committer's; that of a download its
 * Last-Modified, or else the newest file in it. Undefined for the empty text and for a source without a time.
 * @throws InvalidDockerfile for anything else, without a place but for a stage that does not fit.
 */
export async function resolveEpoch(value: string, scope: EpochScope): Promise<Timestamp | undefined> {
  if (value === "") return undefined;
  const seconds = parseInt64(value);
  if (seconds !== undefined) return timestampOfSeconds(seconds);
  const { edge, logName } = await findSource(value, scope);
  const source = edge === undefined ? undefined : soleSource(edge, scope.build);
  return source === undefined ? undefined : timeOf(source, logName, scope);
}

interface EpochSource {
  /** Undefined for scratch. */
  readonly edge: Edge | undefined;
  readonly logName: string;
}

async function findSource(value: string, scope: EpochScope): Promise<EpochSource> {
  const { build, signal } = scope;
  if (value === "context") {
    return { edge: scope.mainContext, logName: "[internal] resolve main build context metadata" };
  }
  const named = findNamedContext(build, value, undefined);
  if (named !== undefined) {
    const use = { resolveMode: undefined, followPaths: () => undefined, signal };
    const { root } = await loadNamedContext(build, named, use).catch(withoutPlace);
    return { edge: root, logName: `[internal] resolve SOURCE_DATE_EPOCH named context ${value}` };
  }
  const stage = scope.stages.find(({ name }) => name !== "" && name.toLowerCase() === value.toLowerCase());
  if (stage === undefined) throw unknownEpoch(value);
  return { edge: stageEdge(stage, scope), logName: `[internal] resolve SOURCE_DATE_EPOCH source stage ${stage.name}` };
}

function stageEdge(stage: Stage, scope: EpochScope): Edge {
  try {
    return { vertex: epochStageSource(stage, scope.globalArgs, scope.buildArgs, scope.escape), output: 0 };
  } catch (error) {
    if (error instanceof InvalidDockerfile) error.lines ??= stage.lines;
    throw error;
  }
}

/** The one source that an edge is made of; undefined if there are several. */
function soleSource(edge: Edge, build: ContextBuild): SourceOp | undefined {
  const { vertices } = loadingDefinition(edge, build);
  const sources = vertices.flatMap(({ op }) => (op.kind === "source" ? [op] : []));
  return sources.length === 1 ? sources[0] : undefined;
}

async function timeOf(source: SourceOp, logName: string, scope: EpochScope): Promise<Timestamp | undefined> {
  const { identifier, attrs } = source;
  const metadata = await scope.metadata({ identifier, attrs, gitObjects: identifier.startsWith("git://"), logName });
  const { gitCommitObject: commit, httpLastModified } = metadata;
  if (commit !== undefined && commit.length > 0) return timeOfCommit(commit, identifier);
  if (httpLastModified !== undefined) return timestampOfSeconds(wholeSeconds(httpLastModified));
  const filename = attrs.get("http.filename") ?? "";
  if (!/^https?:\/\//.test(identifier) || filename === "") return undefined;
  const { build, signal } = scope;
  const edge: Edge = { vertex: { kind: "source", identifier, attrs }, output: 0 };
  const definition = () => loadingDefinition(edge, build).definition.bytes;
  const file = await build.reader.download({ url: identifier, filename, definition, signal });
  return file === undefined ? undefined : newestFileTime(file);
}

function wholeSeconds(seconds: number | bigint): bigint {
  return typeof seconds === "bigint" ? seconds : BigInt(Math.floor(seconds));
}

function timeOfCommit(commit: string | Uint8Array, identifier: string): Timestamp | undefined {
  try {
    return commitTime(typeof commit === "string" ? commit : decodeUtf8(commit));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Failure("context-unreadable", `the commit of ${identifier} cannot be read: ${error.message}`);
  }
}

function withoutPlace(error: unknown): never {
  if (error instanceof InvalidDockerfile) error.lines ??= [];
  throw error;
}

function unknownEpoch(value: string): InvalidDockerfile {
  const message = `invalid SOURCE_DATE_EPOCH: ${value}; it must be seconds since 1970, context, or the name of a context or stage`;
  return new InvalidDockerfile("source-date-epoch", message, { placeless: true });
}
