import { emulationOf, nativePlatforms } from "../analyses/emulation.ts";
import { estimateOf } from "../analyses/estimate.ts";
import { vertexKeys } from "../analyses/vertex-keys.ts";
import type { GraphVertex } from "../build-graph.ts";
import { cacheMapOf } from "../cache-map/cache-map-of.ts";
import { contentDigest } from "../cache-map/content-digest.ts";
import type { ContentTree } from "../cache-map/content-tree.ts";
import type { Compilation } from "../compilation.ts";
import type { RecordedVertex, VertexState } from "./build-record.ts";
import { type Manifest, treeOf } from "./manifest.ts";
import type { HashText } from "./redact.ts";
import { traitsOf } from "./traits.ts";

/** What was heard of a vertex while a build ran; see the fields of the same names of `RecordedVertex`. */
export interface VertexNews {
  readonly state: VertexState;
  readonly runs: readonly { readonly started: number; readonly completed: number }[];
  readonly bytes: number;
  readonly exitCode: number | undefined;
}

export interface RecordVerticesOptions {
  readonly news: ReadonlyMap<string, VertexNews>;
  readonly hash: HashText;
  readonly redact: (text: string) => string;
  readonly manifests: ReadonlyMap<string, Manifest>;
  /** What the worker runs itself; `linux/amd64` when absent. */
  readonly nativePlatforms?: readonly string[] | undefined;
}

/** The vertices of a compilation as they are recorded, in topological order. */
export function recordVertices(
  { graph, platforms }: Compilation,
  { news, hash, redact, manifests, nativePlatforms: own }: RecordVerticesOptions,
): readonly RecordedVertex[] {
  const keys = vertexKeys(graph);
  const native = nativePlatforms(own);
  const trees = new Map([...manifests].map(([digest, manifest]) => [digest, treeOf(manifest)]));
  const ignoring = new Set(
    platforms.flatMap(({ definition }) =>
      [...definition.metadata].flatMap(([digest, { ignoreCache }]) => (ignoreCache === true ? [digest] : [])),
    ),
  );
  return graph.vertices.map((vertex) => ({
    ...shown(vertex, redact),
    keys: keys.get(vertex.digest) ?? { vertex: vertex.digest, step: vertex.digest, instruction: undefined },
    estimate: estimateOf(vertex.op),
    emulation: emulationOf(vertex.op, native),
    ignoresCache: ignoring.has(vertex.digest),
    ...cacheFields(vertex, trees, redact),
    traits: traitsOf(vertex.op, hash, redact),
    ...(news.get(vertex.digest) ?? unheard),
  }));
}

function cacheFields(
  { op, inputs }: GraphVertex,
  trees: ReadonlyMap<string, ContentTree>,
  redact: (text: string) => string,
): Pick<RecordedVertex, "cacheKey" | "deps"> {
  const map = cacheMapOf(op);
  const deps = (map?.deps ?? []).map(({ selector, content: reads }, index) => {
    const tree = trees.get(inputs[index]?.digest ?? "");
    return {
      selector,
      reads: reads?.map((each) => ({ ...each, path: redact(each.path) })),
      content: reads === undefined || tree === undefined ? undefined : contentDigest(tree, reads),
    };
  });
  return { cacheKey: map?.digest, deps };
}

export const unheard: VertexNews = { state: "unknown", runs: [], bytes: 0, exitCode: undefined };

type Shown = Pick<RecordedVertex, "digest" | "kind" | "name" | "stage" | "platforms" | "lines" | "inputs">;

function shown(
  { digest, kind, name, stage, platforms, lines, inputs }: GraphVertex,
  redact: (text: string) => string,
): Shown {
  return { digest, kind, name: redact(name), stage, platforms, lines, inputs };
}
