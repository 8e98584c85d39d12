import type { BuildGraph } from "../build-graph.ts";
import { layoutOf } from "./layout.ts";

/** A graph as plain data, as `renderJson` writes it. */
export interface GraphShape {
  /** The digest of the vertex that is the result; null for scratch. */
  readonly results: readonly { readonly platform: string; readonly digest: string | null }[];
  readonly levels: readonly number[];
  readonly width: number;
  readonly groups: readonly {
    readonly stage: string | null;
    readonly platforms: readonly string[];
    readonly vertices: readonly string[];
  }[];
  readonly vertices: readonly VertexShape[];
}

/** Inputs stand before their users. Levels count from 1, lines too. */
export interface VertexShape {
  readonly digest: string;
  readonly kind: string;
  readonly name: string;
  readonly stage: string | null;
  readonly platforms: readonly string[];
  readonly lines: readonly number[];
  readonly level: number;
  readonly inputs: readonly { readonly digest: string; readonly output: number }[];
  readonly dependents: readonly string[];
}

/**
 * A graph as plain data: vertices grouped by stage and platforms, with their levels from 1: what `llbc graph --format
 * json` prints.
 */
export function graphShape(graph: BuildGraph): GraphShape {
  const { levels, width, groups, byDigest } = layoutOf(graph);
  return {
    results: [...graph.results].map(([platform, digest]) => ({ platform, digest: digest ?? null })),
    levels,
    width,
    groups: groups.map(({ stage, platforms, vertices }) => ({
      stage: stage ?? null,
      platforms,
      vertices: vertices.map(({ vertex }) => vertex.digest),
    })),
    vertices: [...byDigest.values()].map(({ vertex, level }) => ({
      digest: vertex.digest,
      kind: vertex.kind,
      name: vertex.name,
      stage: vertex.stage ?? null,
      platforms: vertex.platforms,
      lines: vertex.lines,
      level,
      inputs: vertex.inputs.map(({ digest, output }) => ({ digest, output })),
      dependents: vertex.dependents,
    })),
  };
}

export function renderJson(graph: BuildGraph): string {
  return `${JSON.stringify(graphShape(graph), undefined, 2)}\n`;
}
