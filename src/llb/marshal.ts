import { distinctTexts } from "./byte-order.ts";
import type { Definition } from "./definition.ts";
import { encodeBesides } from "./encode-definition.ts";
import { sortMounts } from "./exec-op.ts";
import { edgesOfChain } from "./file-op.ts";
import { edgeResolver, type ResolvedEdge } from "./late-edges.ts";
import { MarshalError } from "./marshal-error.ts";
import { mergeMetadata } from "./merge-metadata.ts";
import type { HeadOp, Op, OpInput } from "./op.ts";
import type { MarshalOptions, OpContext } from "./op-context.ts";
import type { OpMetadata } from "./op-metadata.ts";
import { opOf } from "./op-of.ts";
import { OpWriter } from "./op-writer.ts";
import { SourceCollector } from "./source-collector.ts";
import type { Edge, Vertex } from "./vertex.ts";
import { checkLength, NotUtf8, TooLarge } from "./wire.ts";

export type { MarshalOptions } from "./op-context.ts";

/** A definition with what became of each vertex that went into it. */
export interface MarshalResult {
  readonly definition: Definition;
  /** One for each op but the head, in the order of the definition. */
  readonly vertices: readonly MarshalledOp[];
}

/** An op with its digest and the drafts that it was made from, in the order of the walk. */
export interface MarshalledOp {
  readonly digest: string;
  readonly op: Op;
  readonly drafts: readonly Vertex[];
}

/**
 * Turns drafts into a definition, byte for byte as BuildKit's client does: depth first, inputs before their users, equal
 * ops once. An absent root, or a late one that is scratch, gives the empty definition.
 * @throws MarshalError for a draft that says what no op may: an empty command, text that is not UTF-8, …
 */
export function marshal(root: Edge | undefined, options: MarshalOptions): MarshalResult {
  const walk = newWalk(options);
  const result = walk.resolve(root);
  if (result === undefined) return { definition: emptyDefinition(), vertices: [] };
  visit(result.vertex, walk);
  appendHead(inputOf(result, walk), walk);

  const { digests, metadata, ops } = walk;
  if (options.progressGroupPrefix !== undefined) renameProgressGroups(walk, options.progressGroupPrefix);
  const source = walk.sources.finish((edge) => marshal(edge, options).definition);
  try {
    const { def, bytes } = ops.finish((writer) => encodeBesides(writer, { metadata, source }));
    return { definition: { def, digests, metadata, source, bytes }, vertices: [...walk.vertices.values()] };
  } catch (error) {
    // Such text may stand beside the ops, too: in names and file names.
    throw refusal(error, result.vertex);
  }
}

/** What scratch marshals to: no ops, no source, no bytes. */
export function emptyDefinition(): Definition {
  return { def: [], digests: [], metadata: new Map(), source: undefined, bytes: new Uint8Array() };
}

/** Only now: where two drafts are one op, the later one decides which group it is in. */
function renameProgressGroups({ digests, metadata }: Walk, prefix: string): void {
  const ids = new Map<string, string>();
  for (const digest of digests) {
    const known = metadata.get(digest);
    if (known?.progressGroup === undefined) continue;
    const { progressGroup } = known;
    const id = ids.get(progressGroup.id) ?? `${prefix}${ids.size}`;
    ids.set(progressGroup.id, id);
    metadata.set(digest, { ...known, progressGroup: { ...progressGroup, id } });
  }
}

interface Walk extends OpContext {
  readonly resolve: (edge: Edge | undefined) => ResolvedEdge | undefined;
  /** Undefined while the inputs of a vertex are walked. */
  readonly reached: Map<Vertex, string | undefined>;
  readonly vertices: Map<string, { digest: string; op: Op; drafts: Vertex[] }>;
  readonly ops: OpWriter;
  readonly digests: string[];
  readonly metadata: Map<string, OpMetadata>;
  readonly sources: SourceCollector;
}

function newWalk(options: MarshalOptions): Walk {
  const resolve = edgeResolver();
  const walk: Walk = {
    options,
    resolve,
    input(edge) {
      const resolved = resolve(edge);
      return resolved === undefined ? undefined : inputOf(resolved, walk);
    },
    reached: new Map(),
    vertices: new Map(),
    ops: new OpWriter(),
    digests: [],
    metadata: new Map(),
    sources: new SourceCollector(),
  };
  return walk;
}

function inputOf({ vertex, output }: ResolvedEdge, walk: Walk): OpInput {
  const digest = walk.reached.get(vertex);
  if (digest === undefined) throw new Error(`a ${vertex.kind} vertex is its own input`);
  return { digest, output };
}

/** Depth first by a stack of our own: a Dockerfile of thousands of lines is a chain as long. */
function visit(root: Vertex, walk: Walk): void {
  const stack = [root];
  for (let vertex = stack.at(-1); vertex !== undefined; vertex = stack.at(-1)) {
    if (!walk.reached.has(vertex)) {
      walk.reached.set(vertex, undefined);
      const edges = edgesOf(vertex);
      for (let index = edges.length - 1; index >= 0; index--) {
        const input = walk.resolve(edges[index])?.vertex;
        if (input !== undefined && walk.reached.get(input) === undefined) stack.push(input);
      }
    } else {
      stack.pop();
      if (walk.reached.get(vertex) === undefined) walk.reached.set(vertex, marshalVertex(vertex, walk));
    }
  }
}

/** The order in which BuildKit walks the inputs of a vertex; the inputs of its op can be in another one. */
function edgesOf(vertex: Vertex): readonly (Edge | undefined)[] {
  switch (vertex.kind) {
    case "source":
      return [];
    case "exec":
      return sortMounts(vertex.mounts).map((mount) => mount.source);
    case "file":
      return edgesOfChain(vertex);
    case "diff":
      return [vertex.lower, vertex.upper];
    case "build":
      return [vertex.source];
    case "merge":
    case "passthrough":
    case "marshalled":
      return vertex.inputs;
  }
}

function marshalVertex(vertex: Vertex, walk: Walk): string {
  const { ops } = walk;
  if (vertex.kind === "marshalled") {
    ops.copy(vertex.bytes);
    record(vertex, vertex.op, vertex.digest, noCaps, walk);
    return vertex.digest;
  }
  const { op, caps } = opOf(vertex, walk);
  let digest: string;
  try {
    digest = ops.write(op);
    checkLength(ops.length);
  } catch (error) {
    throw refusal(error, vertex);
  }
  record(vertex, op, digest, caps, walk);
  return digest;
}

function refusal(error: unknown, vertex: Vertex): unknown {
  if (error instanceof NotUtf8) return new MarshalError("not-utf8", vertex);
  return error instanceof TooLarge ? new MarshalError("too-large", vertex) : error;
}

/** Metadata and places are taken from every draft, the op from the first one. */
function record(vertex: Vertex, op: Op, digest: string, caps: readonly string[], walk: Walk): void {
  const metadata = metadataOf(vertex.metadata, caps);
  walk.sources.add(digest, vertex.locations);
  const known = walk.vertices.get(digest);
  if (known === undefined) {
    walk.metadata.set(digest, metadata);
    walk.vertices.set(digest, { digest, op, drafts: [vertex] });
    walk.digests.push(digest);
  } else {
    walk.ops.takeBack();
    walk.metadata.set(digest, mergeMetadata(walk.metadata.get(digest) ?? {}, metadata));
    known.drafts.push(vertex);
  }
}

const noCaps: readonly string[] = [];

/** `caps` are sorted and without repeats, as they are written. */
function metadataOf(given: OpMetadata | undefined, caps: readonly string[]): OpMetadata {
  return {
    description: given?.description,
    ignoreCache: given?.ignoreCache,
    exportCache: given?.exportCache,
    caps: given?.caps === undefined ? caps : union(caps, given.caps),
    progressGroup: given?.progressGroup,
    linuxResources: given?.linuxResources,
  };
}

function union(caps: readonly string[], more: Iterable<string>): readonly string[] {
  return caps.length === 0 ? distinctTexts(more) : distinctTexts([...caps, ...more]);
}

/** The head asks for the capabilities that the metadata of any op needs. */
function appendHead(input: OpInput, walk: Walk): void {
  const head: HeadOp = { kind: "head", inputs: [input], platform: undefined, workerConstraints: undefined };
  const digest = walk.ops.write(head);
  let [isDescribed, exportsCache, ignoresCache] = [false, false, false];
  for (const { description, exportCache, ignoreCache } of walk.metadata.values()) {
    if (description !== undefined && description.size > 0) isDescribed = true;
    if (exportCache !== undefined) exportsCache = true;
    if (ignoreCache) ignoresCache = true;
  }
  const caps = ["constraints"];
  if (isDescribed) caps.push("meta.description");
  if (exportsCache) caps.push("meta.exportcache");
  if (ignoresCache) caps.push("meta.ignorecache");
  caps.push("platform");
  walk.metadata.set(digest, { caps });
  walk.digests.push(digest);
}
