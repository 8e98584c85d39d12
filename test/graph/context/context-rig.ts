import type { ContextBuild, ContextImageAnswer, ContextImageLookup } from "../../../src/graph/context/context-build.ts";
import type { Edge, SourceVertex } from "../../../src/llb/vertex.ts";

export interface Rig extends ContextBuild {
  readonly lookups: ContextImageLookup[];
  /** The definitions that the reader was asked to load. */
  readonly loaded: Uint8Array[];
}

export interface RigOptions {
  readonly options?: Readonly<Record<string, string>>;
  /** By name of a local source. */
  readonly ignoreFiles?: Readonly<Record<string, string>>;
  readonly download?: Uint8Array;
  readonly inputs?: ReadonlyMap<string, Uint8Array>;
  readonly image?: (lookup: ContextImageLookup) => ContextImageAnswer;
}

/** A build whose contexts are in memory and whose questions are kept. */
export function contextRig(given: RigOptions = {}): Rig {
  const lookups: ContextImageLookup[] = [];
  const loaded: Uint8Array[] = [];
  const image =
    given.image ?? ((lookup): ContextImageAnswer => ({ kind: "image", ref: lookup.ref, digest: "", config: {} }));
  return {
    lookups,
    loaded,
    options: new Map(Object.entries(given.options ?? {})),
    sessionId: "session-1",
    buildPlatform: { os: "linux", architecture: "amd64" },
    reader: {
      ignoreFile: async ({ name, definition }) => {
        loaded.push(definition());
        const text = given.ignoreFiles?.[name];
        return text === undefined ? undefined : Buffer.from(text);
      },
      download: async ({ definition, length }) => {
        loaded.push(definition());
        return given.download?.subarray(0, length);
      },
      inputs: async () => given.inputs ?? new Map(),
    },
    images: {
      resolve: async (lookup) => {
        lookups.push(lookup);
        return image(lookup);
      },
    },
  };
}

/** The source that an edge leads to, late ones settled. */
export function sourceOf(edge: Edge | undefined): SourceVertex {
  const vertex = edge?.vertex.kind === "late" ? edge.vertex.resolve()?.vertex : edge?.vertex;
  if (vertex?.kind !== "source") throw new Error(`no source but ${vertex?.kind}`);
  return vertex;
}

export function titleOf(vertex: SourceVertex): string | undefined {
  return vertex.metadata?.description?.get("llb.customname");
}

export const signal = new AbortController().signal;
