import type { Op } from "../../llb/op.ts";
import { formatPlatformFully } from "../../platform.ts";
import { emulationOf, nativePlatforms } from "../analyses/emulation.ts";
import { estimateOf } from "../analyses/estimate.ts";
import { vertexKeys } from "../analyses/vertex-keys.ts";
import type { GraphVertex } from "../build-graph.ts";
import { cacheMapOf } from "../cache-map/cache-map-of.ts";
import { contentDigest } from "../cache-map/content-digest.ts";
import type { ContentSelector } from "../cache-map/content-selector.ts";
import type { ContentTree } from "../cache-map/content-tree.ts";
import type { Compilation } from "../compilation.ts";
import { imageKey } from "../image-lookup.ts";
import type { RecordedVertex, VertexState } from "./build-record.ts";
import { type Manifest, treeOf } from "./manifest.ts";
import { recordedOp } from "./recorded-op.ts";
import type { HashText } from "./redact.ts";
import { traitsOf } from "./traits.ts";

/** What was heard of a vertex while a build ran; see the fields of the same names of `RecordedVertex`. */
export interface VertexNews {
  readonly state: VertexState;
  readonly runs: readonly { readonly started: number; readonly completed: number }[];
  readonly bytes: number;
  readonly exitCode: number | undefined;
  /** The last lines that it wrote, as it wrote them. */
  readonly log: readonly string[];
}

/** The digest of what is read of the folder of a vertex; undefined where it is not known, or is no folder. */
export type ContentOf = (vertex: string, reads: readonly ContentSelector[]) => string | undefined;

/** By what is known of the folders that were read. */
export function contentIn(manifests: ReadonlyMap<string, Manifest>): ContentOf {
  const trees = new Map<string, ContentTree>();
  return (vertex, reads) => {
    const manifest = manifests.get(vertex);
    if (manifest === undefined) return undefined;
    const tree = trees.get(vertex) ?? treeOf(manifest);
    trees.set(vertex, tree);
    return contentDigest(tree, reads);
  };
}

export interface RecordVerticesOptions {
  readonly news: ReadonlyMap<string, VertexNews>;
  readonly hash: HashText;
  readonly redact: (text: string) => string;
  /** For what steps wrote; `redact` when absent. */
  readonly redactLog?: ((text: string) => string) | undefined;
  readonly contentOf: ContentOf;
  /** What the worker runs itself; `linux/amd64` when absent. */
  readonly nativePlatforms?: readonly string[] | undefined;
}

/** The vertices of a compilation as they are recorded, in topological order. */
export function recordVertices(
  { graph, platforms, imageDigests }: Compilation,
  { news, hash, redact, redactLog = redact, contentOf, nativePlatforms: own }: RecordVerticesOptions,
): readonly RecordedVertex[] {
  const keys = vertexKeys(graph);
  const native = nativePlatforms(own);
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
    ...cacheFields(vertex, contentOf, redact),
    traits: traitsOf(pinned(vertex.op, imageDigests), hash, redact),
    op: recordedOp(vertex.op, redact),
    ...newsFields(news.get(vertex.digest), isGivenSecret(vertex.op), redactLog),
  }));
}

/** A tag is what it stood for: workers know images by their digests. */
function pinned(op: Op, digests: ReadonlyMap<string, string>): Op {
  if (op.kind !== "source" || op.identifier.includes("@")) return op;
  const platform = op.platform && formatPlatformFully(op.platform);
  const digest = digests.get(imageKey(op.identifier, platform));
  return digest === undefined ? op : { ...op, identifier: `${op.identifier}@${digest}` };
}

/** What is kept of what was heard. Whoever is given a secret may have written it out, in whatever form. */
export function newsFields(
  news: VertexNews | undefined,
  hasSecret: boolean,
  redact: (text: string) => string,
): Pick<RecordedVertex, keyof VertexNews> {
  if (news === undefined) return { state: "unknown", runs: [], bytes: 0, exitCode: undefined, log: [] };
  return { ...news, log: hasSecret ? [] : logEnd(news.log).map(redact) };
}

function isGivenSecret(op: Op): boolean {
  return op.kind === "exec" && (op.secretEnv.length > 0 || op.mounts.some(({ kind }) => kind === "secret"));
}

/** So many UTF-16 units are kept of what a step wrote. */
const mostOfLog = 4096;

function logEnd(lines: readonly string[]): readonly string[] {
  let left = mostOfLog;
  const end: string[] = [];
  for (const line of lines.toReversed()) {
    if (left <= 0) break;
    end.push(line.slice(0, left));
    left -= line.length + 1;
  }
  return end.reverse();
}

function cacheFields(
  { op, inputs }: GraphVertex,
  contentOf: ContentOf,
  redact: (text: string) => string,
): Pick<RecordedVertex, "cacheKey" | "deps"> {
  const map = cacheMapOf(op);
  const deps = (map?.deps ?? []).map(({ selector, content: reads }, index) => ({
    selector,
    reads: reads?.map((each) => ({ ...each, path: redact(each.path) })),
    content: reads && contentOf(inputs[index]?.digest ?? "", reads),
  }));
  return { cacheKey: map?.digest, deps };
}

type Shown = Pick<RecordedVertex, "digest" | "kind" | "name" | "stage" | "platforms" | "lines" | "inputs">;

function shown(
  { digest, kind, name, stage, platforms, lines, inputs }: GraphVertex,
  redact: (text: string) => string,
): Shown {
  return { digest, kind, name: redact(name), stage, platforms, lines, inputs };
}
