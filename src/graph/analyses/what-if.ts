import type { BuildGraph } from "../build-graph.ts";
import type { Durations, VertexDuration } from "./durations.ts";
import { type SimulateOptions, simulate } from "./simulate.ts";

/** What could be otherwise. */
export interface Change extends SimulateOptions {
  /** Other durations, in milliseconds by digest. */
  readonly durations?: ReadonlyMap<string, number>;
  /** Whether nothing is emulated: all steps are cross-compiled, or run where their platform is at home. */
  readonly isNative?: boolean;
}

/** What a {@link Change} does to a build's length. */
export interface Outcome {
  /** The makespan as things are, in milliseconds. */
  readonly before: number;
  /** The makespan with the change. */
  readonly after: number;
}

/** How long a build takes that is simulated by `base`, and how long it would take with a change. */
export function whatIf(graph: BuildGraph, durations: Durations, change: Change, base: SimulateOptions = {}): Outcome {
  const { durations: others, isNative = false, ...options } = change;
  const changed = new Map<string, VertexDuration>();
  for (const [digest, duration] of durations) {
    const ms = others?.get(digest) ?? (isNative ? duration.ms / duration.emulation : duration.ms);
    changed.set(digest, { ...duration, ms });
  }
  return {
    before: simulate(graph, durations, base).makespan,
    after: simulate(graph, changed, { ...base, ...options }).makespan,
  };
}
