import type { Diagnostic } from "../../../diagnostic.ts";
import { parseDockerfile } from "../../../parser/index.ts";
import { lineRange } from "../../../range.ts";
import { decodeUtf8, utf8Bytes } from "../../../utf8.ts";
import type { BuildGraph } from "../../build-graph.ts";
import { sourceLines } from "../../source-lines.ts";
import { withTokenRanges } from "../../token-ranges.ts";
import type { Durations } from "../durations.ts";
import { broadCopies } from "./broad-copy.ts";
import { chainedWork } from "./chained-work.ts";
import type { DraftFinding, Place } from "./draft-finding.ts";
import { earlyVariables } from "./early-variable.ts";
import { emulatedSteps } from "./emulated-step.ts";
import type { Finding } from "./finding.ts";
import { findingSubject } from "./subject.ts";
import { uncachedInstalls } from "./uncached-install.ts";

/** How {@link findings} names and weighs what it finds. */
export interface FindingsOptions {
  /** The name that findings carry: `Dockerfile` when absent. */
  readonly filename?: string;
  /** Savings are those of so many workers: of as many as can be used when absent. */
  readonly workers?: number;
}

/**
 * What would make builds of a Dockerfile faster, what saves most first. `graph` is what the Dockerfile compiles to, and
 * `durations` are those of its vertices. A finding is only told where it is sure, and where it saves at least a second
 * and a hundredth of the build.
 */
export async function findings(
  dockerfile: string | Uint8Array,
  graph: BuildGraph,
  durations: Durations,
  { filename = "Dockerfile", workers }: FindingsOptions = {},
): Promise<readonly Finding[]> {
  const bytes = utf8Bytes(dockerfile);
  const parsed = parseDockerfile(bytes);
  const subject = findingSubject(parsed, graph, durations, workers);
  const drafts = [broadCopies, chainedWork, emulatedSteps, uncachedInstalls, earlyVariables].flatMap((find) =>
    find(subject),
  );
  const lines = sourceLines(decodeUtf8(bytes));
  const placed = await Promise.all(drafts.map((draft) => place(draft, filename, lines, parsed.escape)));
  return placed.sort((a, b) => b.saving.ms - a.saving.ms || (a.lines[0] ?? 0) - (b.lines[0] ?? 0));
}

/** To be shown more places helps nobody. */
const mostPlaces = 8;

async function place(
  { rule, reason, suggestion, saving, places: all, vertices }: DraftFinding,
  filename: string,
  lines: readonly string[],
  escapeCharacter: string,
): Promise<Finding> {
  const places = all.slice(0, mostPlaces);
  const pointed = places.map((each) => ({ diagnostic: placeholder(each, filename), tokens: each.tokens }));
  const ranged = await withTokenRanges(lines, escapeCharacter, pointed);
  return {
    rule,
    reason,
    suggestion,
    saving,
    filename,
    lines: [...new Set(places.flatMap((each) => each.lines))].sort((a, b) => a - b),
    ranges: ranged.flatMap(({ ranges }) => ranges),
    digests: [...new Set(vertices.map(({ digest }) => digest))],
  };
}

/** Ranges of tokens are found for diagnostics. */
function placeholder({ lines }: Place, filename: string): Diagnostic {
  return { rule: "", severity: "warning", message: "", filename, lines, ranges: lines.map(lineRange) };
}
