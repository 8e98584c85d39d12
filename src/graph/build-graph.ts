import type { Definition } from "../llb/definition.ts";
import type { MarshalledOp } from "../llb/marshal.ts";
import type { Op, OpInput } from "../llb/op.ts";

/**
 * The vertices of all platforms of a compile, those of one digest once, inputs before their users. Frozen: what
 * executes a graph reads it.
 */
export interface BuildGraph {
  /** In topological order. */
  readonly vertices: readonly GraphVertex[];
  /** By platform, the digest of the vertex that is its result; undefined for scratch. */
  readonly results: ReadonlyMap<string, string | undefined>;
  /** @returns undefined for a digest that no platform has. */
  vertex(digest: string): GraphVertex | undefined;
}

/** A step of the build: an op of LLB with what the Dockerfile says of it. */
export interface GraphVertex {
  readonly digest: string;
  readonly kind: Op["kind"];
  readonly op: Op;
  /** As people see it: `[build 2/5] RUN make`. With several platforms, the name on the first. */
  readonly name: string;
  /** The stage that it belongs to: its name, or `stage-N`; undefined for contexts and other sources of their own. */
  readonly stage: string | undefined;
  readonly platforms: readonly string[];
  /** The lines of the Dockerfile, from 1, that it comes from, in ascending order. */
  readonly lines: readonly number[];
  readonly inputs: readonly OpInput[];
  /** The digests of the vertices that read it, in topological order. */
  readonly dependents: readonly string[];
}

/** One platform's part of a graph. */
export interface GraphPart {
  readonly platform: string;
  readonly definition: Definition;
  readonly vertices: readonly MarshalledOp[];
}

/** A stage with the line of its FROM. */
export interface GraphStage {
  readonly name: string;
  readonly line: number;
}

/** Joins the definitions of the platforms. `stages` are those of the Dockerfile, in order. */
export function buildGraph(parts: readonly GraphPart[], stages: readonly GraphStage[]): BuildGraph {
  const drafts = new Map<string, DraftVertex>();
  for (const part of parts) for (const { digest, op } of part.vertices) addTo(drafts, digest, op, part);
  // Inputs stand before their users, so the stage of a user is known when its inputs ask for it from behind.
  const ordered = [...drafts.values()];
  for (const vertex of ordered) {
    for (const input of new Set(vertex.inputs.map(({ digest }) => digest))) {
      drafts.get(input)?.dependents.push(vertex.digest);
    }
  }
  for (const vertex of ordered.reverse()) vertex.stage = stageOf(vertex, drafts, stages);
  const vertices = new Map<string, GraphVertex>();
  for (const vertex of ordered.reverse()) vertices.set(vertex.digest, frozen(vertex));
  return Object.freeze({
    vertices: Object.freeze([...vertices.values()]),
    // Depth first: the last op is the one that nothing reads.
    results: new Map(parts.map((part) => [part.platform, part.vertices.at(-1)?.digest])),
    vertex: (digest: string) => vertices.get(digest),
  });
}

interface DraftVertex {
  readonly digest: string;
  readonly op: Op;
  readonly name: string;
  stage: string | undefined;
  readonly platforms: string[];
  readonly lines: Set<number>;
  readonly inputs: readonly OpInput[];
  readonly dependents: string[];
}

function addTo(drafts: Map<string, DraftVertex>, digest: string, op: Op, part: GraphPart): void {
  const { definition, platform } = part;
  let vertex = drafts.get(digest);
  if (vertex === undefined) {
    const name = definition.metadata.get(digest)?.description?.get("llb.customname") ?? "";
    const { inputs } = op;
    vertex = { digest, op, name, stage: undefined, platforms: [], lines: new Set(), inputs, dependents: [] };
    drafts.set(digest, vertex);
  }
  vertex.platforms.push(platform);
  for (const { ranges } of definition.source?.locations.get(digest) ?? []) {
    for (const range of ranges) vertex.lines.add(range.start.line);
  }
}

/** Where it is first written, since stages can share a vertex; a helper that is written nowhere belongs to the step that it is for. */
function stageOf(
  vertex: DraftVertex,
  drafts: ReadonlyMap<string, DraftVertex>,
  stages: readonly GraphStage[],
): string | undefined {
  let line = Number.POSITIVE_INFINITY;
  for (const each of vertex.lines) line = Math.min(line, each);
  if (vertex.lines.size > 0) return stages.findLast((stage) => stage.line <= line)?.name;
  if (vertex.op.kind === "source") return undefined;
  const users = new Set(vertex.dependents.map((digest) => drafts.get(digest)?.stage));
  return users.size === 1 ? [...users][0] : undefined;
}

function frozen(vertex: DraftVertex): GraphVertex {
  return Object.freeze({
    ...vertex,
    kind: vertex.op.kind,
    platforms: Object.freeze(vertex.platforms),
    lines: Object.freeze([...vertex.lines].sort((a, b) => a - b)),
    dependents: Object.freeze(vertex.dependents),
  });
}
