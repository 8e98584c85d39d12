/** How long a vertex takes, and how that is known. */
export interface VertexDuration {
  /** Milliseconds of a run that nothing was cached for. */
  readonly ms: number;
  /** Whether a build took that long, or a vertex of its kind usually does. */
  readonly provenance: "measured" | "estimated";
  /**
   * What the measured vertex has in common with this one: everything (`vertex`), all but what it stands on (`step`), or
   * stage and text (`instruction`). An estimate is by the `kind` of the vertex.
   */
  readonly basis: "vertex" | "step" | "instruction" | "kind";
  /** How many times longer it takes for being emulated; 1 where the worker runs its platform itself. */
  readonly emulation: number;
}

/** A duration for every vertex of a graph, by digest. */
export type Durations = ReadonlyMap<string, VertexDuration>;

/** What a vertex is known by to later builds, from the most to the least particular. */
export interface VertexKeys {
  /** The digest: equal only where everything before it is equal too. */
  readonly vertex: string;
  /** Of what it does itself and on which platform: edits elsewhere leave it as it is. */
  readonly step: string;
  /** Of its stage, the text of its instruction and its platform; undefined for a vertex without a stage. */
  readonly instruction: string | undefined;
}

/** A vertex that ran in a past build, not one that was cached. A history keeps these. */
export interface PastVertex {
  readonly keys: VertexKeys;
  /** From its start to its end. */
  readonly ms: number;
}
