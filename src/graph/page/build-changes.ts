/** A build to compare with. Times are milliseconds. */
export interface ComparedBuild {
  readonly title: string;
  readonly work: number;
  readonly span: number;
  readonly vertices: readonly ComparedVertex[];
}

export interface ComparedVertex {
  readonly digest: string;
  /** As people see it: `[build 2/5] RUN make`. */
  readonly name: string;
  readonly stage: string | null;
  readonly platforms: readonly string[];
  readonly ms: number;
}

/** `same` is equal with all that it stands on; `rebased` is the same step on something else. */
export type ChangeKind = "same" | "rebased" | "added" | "removed";

export interface BuildChange {
  readonly kind: ChangeKind;
  readonly before: ComparedVertex | undefined;
  readonly after: ComparedVertex | undefined;
}

/**
 * What became of each vertex of a build in another one. A step is known again by its digest, else by its stage, its
 * platforms and its text, of several equal ones in their order. Those of `after` come first, in their order, then what
 * was removed.
 */
export function buildChanges(
  before: readonly ComparedVertex[],
  after: readonly ComparedVertex[],
): readonly BuildChange[] {
  const byDigest = new Map(before.map((vertex) => [vertex.digest, vertex]));
  const kept = new Set(after.map(({ digest }) => digest));
  const byStep = new Map<string, ComparedVertex[]>();
  for (const vertex of before) {
    if (kept.has(vertex.digest)) continue;
    const key = stepKey(vertex);
    const known = byStep.get(key);
    if (known === undefined) byStep.set(key, [vertex]);
    else known.push(vertex);
  }
  // The first of equal ones is taken first.
  for (const vertices of byStep.values()) vertices.reverse();
  const changes = after.map((vertex): BuildChange => {
    const same = byDigest.get(vertex.digest);
    if (same !== undefined) return { kind: "same", before: same, after: vertex };
    const step = byStep.get(stepKey(vertex))?.pop();
    return { kind: step === undefined ? "added" : "rebased", before: step, after: vertex };
  });
  const left = new Set([...byStep.values()].flat());
  const removed = before.filter((vertex) => left.has(vertex));
  return [...changes, ...removed.map((vertex): BuildChange => ({ kind: "removed", before: vertex, after: undefined }))];
}

/** Numbers of steps and digests of images change with edits elsewhere. */
function stepKey({ name, stage, platforms }: ComparedVertex): string {
  const text = name.replace(/^\[[^\]]*\] /, "").replace(/@sha256:[0-9a-f]+…?/g, "");
  return JSON.stringify([stage, platforms, text]);
}
