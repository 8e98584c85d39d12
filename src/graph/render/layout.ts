import type { BuildGraph, GraphVertex } from "../build-graph.ts";
import { visible } from "../excerpt.ts";

/** A graph arranged for looking at. */
export interface GraphLayout {
  /** Contexts and other sources of their own first, then by stage in the order of the Dockerfile, then by platform. */
  readonly groups: readonly VertexGroup[];
  /** How many vertices stand on each level. */
  readonly levels: readonly number[];
  /** The most vertices on one level: so many can at least be worked on side by side. */
  readonly width: number;
  readonly byDigest: ReadonlyMap<string, PlacedVertex>;
}

/** The vertices of one stage that are there for the same platforms, in topological order. */
export interface VertexGroup {
  readonly stage: string | undefined;
  readonly platforms: readonly string[];
  readonly vertices: readonly PlacedVertex[];
}

export interface PlacedVertex {
  readonly vertex: GraphVertex;
  /** From 1, in topological order. */
  readonly number: number;
  /** From 1: one more than the highest level of its inputs. */
  readonly level: number;
  /** Its name on one line, free of control characters, with digests cut short. */
  readonly title: string;
}

/** Numbers the vertices, finds their levels, and groups them. */
export function layoutOf(graph: BuildGraph): GraphLayout {
  const byDigest = new Map<string, PlacedVertex>();
  const levels: number[] = [];
  for (const [index, vertex] of graph.vertices.entries()) {
    const level = 1 + vertex.inputs.reduce((highest, { digest }) => Math.max(highest, levelAt(byDigest, digest)), 0);
    levels[level - 1] = (levels[level - 1] ?? 0) + 1;
    byDigest.set(vertex.digest, { vertex, number: index + 1, level, title: titleOf(vertex) });
  }
  const width = levels.reduce((most, count) => Math.max(most, count), 0);
  return { groups: groupsOf([...byDigest.values()]), levels, width, byDigest };
}

/** The distinct inputs of a vertex by their numbers, in ascending order. */
export function inputNumbers(layout: GraphLayout, { vertex }: PlacedVertex): readonly number[] {
  const numbers = vertex.inputs.map(({ digest }) => layout.byDigest.get(digest)?.number ?? 0);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** The name of a group: `stage build, linux/amd64`. */
export function groupTitle(group: VertexGroup): string {
  return [stageTitle(group), ...group.platforms.map(visible)].join(", ");
}

/** The names of all groups where there is little room for them: without platforms that they all share. */
export function groupTitles({ groups }: GraphLayout): readonly string[] {
  const kinds = new Set(groups.map(({ platforms }) => platforms.join(" ")));
  return groups.map(kinds.size > 1 ? groupTitle : stageTitle);
}

/** A stage without a name is called by its number already: `stage-1`. */
function stageTitle({ stage }: VertexGroup): string {
  if (stage === undefined) return "sources";
  return /^stage-\d+$/.test(stage) ? stage : `stage ${visible(stage)}`;
}

function levelAt(placed: ReadonlyMap<string, PlacedVertex>, digest: string): number {
  return placed.get(digest)?.level ?? 0;
}

function titleOf({ name, op }: GraphVertex): string {
  const text = name !== "" ? name : op.kind === "source" ? op.identifier : op.kind;
  return shortTitle(text);
}

/** A name for people: safe to print, digests cut. */
export function shortTitle(name: string): string {
  return visible(name).replace(longDigest, "$1…");
}

const longDigest = /(sha256:[0-9a-f]{12})[0-9a-f]{52}/g;

interface DraftGroup extends VertexGroup {
  readonly vertices: PlacedVertex[];
}

function groupsOf(vertices: readonly PlacedVertex[]): readonly VertexGroup[] {
  const groups = new Map<string, DraftGroup>();
  const firstLines = new Map<string | undefined, number>();
  for (const placed of vertices) {
    const { stage, platforms, lines } = placed.vertex;
    const key = JSON.stringify([stage ?? null, platforms]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { stage, platforms, vertices: [placed] });
    else group.vertices.push(placed);
    const line = lines[0] ?? Number.POSITIVE_INFINITY;
    firstLines.set(stage, Math.min(line, firstLines.get(stage) ?? line));
  }
  const lineOf = ({ stage }: VertexGroup) => (stage === undefined ? 0 : (firstLines.get(stage) ?? 0));
  const numberOf = ({ vertices: [first] }: VertexGroup) => first?.number ?? 0;
  return [...groups.values()].sort((a, b) => compare(lineOf(a), lineOf(b)) || numberOf(a) - numberOf(b));
}

/** Safe for infinity, which stands for "nowhere". */
function compare(a: number, b: number): number {
  return a < b ? -1 : Number(a > b);
}
