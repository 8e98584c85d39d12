/** What there is to know about the parallelism of a graph. All times are milliseconds. */
export interface Analysis {
  /** The platform whose part it is about; undefined for all platforms together. */
  readonly platform: string | undefined;
  /** In topological order. */
  readonly vertices: readonly AnalyzedVertex[];
  /** How many vertices stand on each level. */
  readonly levels: readonly number[];
  /** The most vertices on one level: so many can at least run side by side. */
  readonly width: number;
  /** A largest set of vertices, by digest, of which none needs another: more than these can never run side by side. */
  readonly antichain: readonly string[];
  /** The sum of all durations: what one worker takes. */
  readonly work: number;
  /** The length of the longest way: what no number of workers gets below. */
  readonly span: number;
  /** Work by span: no number of workers is faster than one by more than this. 1 for a graph without work. */
  readonly speedUpBound: number;
  /** A longest way, by digest, from its first vertex to its last. */
  readonly criticalPath: readonly string[];
  /** For each number of workers from 1 on. */
  readonly workers: readonly WorkerCount[];
  /** The smallest number of workers that gives 95 % of the speed-up bound. */
  readonly enough: EnoughWorkers;
}

/** When a vertex can run where there is always a worker for it. */
export interface AnalyzedVertex {
  readonly digest: string;
  /** From 1: one more than the highest level of its inputs. */
  readonly level: number;
  readonly ms: number;
  readonly earliestStart: number;
  readonly latestStart: number;
  /** How much later it may start, or how much longer take, before the build takes longer: 0 on a critical path. */
  readonly slack: number;
}

/** What so many workers make of it. */
export interface WorkerCount {
  readonly workers: number;
  /** As simulated: see `simulate`. */
  readonly makespan: number;
  /** Work by makespan. */
  readonly speedUp: number;
  /** No schedule is shorter: the greater of the span and of work by workers. */
  readonly lowerBound: number;
  /** No list schedule is longer (Brent, Graham): span + (work − span) / workers. */
  readonly brentBound: number;
}

/**
 * How many workers are enough: the smallest number that gives `share` of the speed-up that any number can give. Times
 * in milliseconds.
 */
export interface EnoughWorkers {
  readonly workers: number;
  readonly makespan: number;
  /** What was asked for: 0.95. */
  readonly share: number;
  /** False where so many numbers came into question that only some of them were tried. */
  readonly isSmallest: boolean;
}
