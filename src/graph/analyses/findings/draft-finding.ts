import type { GraphVertex } from "../../build-graph.ts";
import type { Durations } from "../durations.ts";
import type { Finding, FindingRule, Saving } from "./finding.ts";

/** A finding before its places are known: it points at the first of `tokens` that stands in each of `places`. */
export interface DraftFinding {
  readonly rule: FindingRule;
  readonly reason: string;
  readonly suggestion: string;
  readonly saving: Saving;
  readonly places: readonly Place[];
  readonly vertices: readonly GraphVertex[];
}

/** An instruction by its lines, and the texts in it to point at, the likeliest first; none to point at all of it. */
export interface Place {
  readonly lines: readonly number[];
  readonly tokens: readonly string[];
}

const leastSaving = 1000;
const leastShare = 0.01;

/** Nothing where it would hardly be noticed: less than a second, or than a hundredth of the build. */
export function savingOf(
  before: number,
  after: number,
  when: string,
  provenance: Finding["saving"]["provenance"],
): Saving | undefined {
  const ms = before - after;
  return ms >= leastSaving && ms >= before * leastShare ? { ms, before, after, when, provenance } : undefined;
}

/** `measured` where the durations of all of these are. */
export function provenanceOf(vertices: readonly GraphVertex[], durations: Durations): Saving["provenance"] {
  return vertices.every(({ digest }) => durations.get(digest)?.provenance === "measured") ? "measured" : "estimated";
}

/** `line 4`, `lines 4 and 9`, `lines 4, 7 and 9`. */
export function linesText(places: readonly { readonly lines: readonly number[] }[]): string {
  const lines = places.map((place) => String(place.lines[0] ?? 0));
  if (lines.length === 1) return `line ${lines[0]}`;
  return `lines ${lines.slice(0, -1).join(", ")} and ${lines.at(-1)}`;
}
