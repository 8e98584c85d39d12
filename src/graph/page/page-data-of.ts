import { decodeUtf8, utf8Bytes } from "../../utf8.ts";
import type { Finding } from "../analyses/findings/finding.ts";
import type { BuildReport } from "../analyses/report.ts";
import type { BuildGraph, GraphVertex } from "../build-graph.ts";
import { visible } from "../excerpt.ts";
import { type GraphLayout, groupTitles, layoutOf } from "../render/layout.ts";
import { sourceLines } from "../source-lines.ts";
import { type BuildChange, buildChanges, type ComparedBuild, type ComparedVertex } from "./build-changes.ts";
import type { MeasuredRun } from "./measured-run.ts";
import type { PageChange, PageComparison, PageData, PageFinding, PageRun, PageVertex } from "./page-data.ts";
import { type PageLayout, pageLayout } from "./page-layout.ts";

export interface PageOptions {
  /** What is built; the name of the Dockerfile when absent. */
  readonly title?: string | undefined;
  readonly filename?: string | undefined;
  /** The build as it ran, drawn beside the ideal schedule. */
  readonly run?: MeasuredRun | undefined;
  /** A build to tell the differences to. */
  readonly against?: ComparedBuild | undefined;
}

/** What the page of a build shows, and where the Dockerfile is known, of that. Equal inputs give equal data. */
export async function pageData(
  dockerfile: string | Uint8Array | undefined,
  report: BuildReport,
  { filename = "Dockerfile", title = filename, run, against }: PageOptions = {},
): Promise<PageData> {
  const { graph, analysis, workers, withoutEmulation, findings } = report;
  const layout = layoutOf(graph);
  const places = await pageLayout(graph, layout);
  const numbers = new Map(graph.vertices.map(({ digest }, number) => [digest, number]));
  const numbersOf = (digests: readonly string[]) => digests.flatMap((digest) => numbers.get(digest) ?? []);
  const platforms = [...graph.results.keys()];
  return {
    title: visible(title),
    filename: visible(filename),
    source: dockerfile === undefined ? [] : sourceLines(decodeUtf8(utf8Bytes(dockerfile))).map(shownText),
    size: places.size,
    platforms: platforms.map(visible),
    groups: groupTitles(layout).map((text, index) => ({ title: text, ...boxOf(places.groups, index) })),
    vertices: pageVertices(report, layout, places, numbers),
    results: resultNumbers(graph, numbers).map((vertex, index) => ({
      platform: index,
      vertex,
      ...boxOf(places.results, index),
    })),
    work: analysis.work,
    span: analysis.span,
    criticalPath: numbersOf(analysis.criticalPath),
    makespans: analysis.workers.map(({ makespan }) => makespan),
    enough: analysis.enough.workers,
    workers,
    withoutEmulation: withoutEmulation ?? null,
    findings:
      dockerfile === undefined ? null : findings.map((finding) => pageFinding(finding, numbersOf(finding.digests))),
    run: run === undefined ? null : pageRun(run, numbers),
    against: against === undefined ? null : comparison(against, comparedVertices(report), numbers),
  };
}

/** The vertices of a report as they are compared with those of another build. */
export function comparedVertices({ graph, durations }: BuildReport): readonly ComparedVertex[] {
  return graph.vertices.map(({ digest, name, stage = null, platforms, kind }) => ({
    digest,
    name: name === "" ? kind : name,
    stage,
    platforms,
    ms: durations.get(digest)?.ms ?? 0,
  }));
}

/** On a page, tabs are no harm. */
function shownText(text: string): string {
  return text.split("\t").map(visible).join("\t");
}

function boxOf<Box>(boxes: readonly Box[], index: number): Box {
  const box = boxes[index];
  if (box === undefined) throw new Error(`there is no box ${index}`);
  return box;
}

function pageVertices(
  { graph, durations, analysis }: BuildReport,
  { groups, byDigest }: GraphLayout,
  places: PageLayout,
  numbers: ReadonlyMap<string, number>,
): readonly PageVertex[] {
  const platforms = new Map([...graph.results.keys()].map((name, index) => [name, index]));
  const groupOf = new Map(groups.flatMap(({ vertices }, index) => vertices.map(({ number }) => [number, index])));
  const slacks = new Map(analysis.vertices.map(({ digest, slack }) => [digest, slack]));
  return graph.vertices.map((vertex: GraphVertex, index) => {
    const { digest, kind, lines, inputs } = vertex;
    const placed = byDigest.get(digest);
    const { ms = 0, provenance = "estimated", basis = "kind", emulation = 1 } = durations.get(digest) ?? {};
    return {
      digest,
      kind,
      name: placed?.title ?? "",
      group: groupOf.get(index + 1) ?? 0,
      level: placed?.level ?? 1,
      platforms: vertex.platforms.flatMap((name) => platforms.get(name) ?? []),
      lines,
      inputs: [...new Set(inputs.flatMap((input) => numbers.get(input.digest) ?? []))],
      slack: slacks.get(digest) ?? 0,
      ms,
      provenance,
      basis,
      emulation,
      ...boxOf(places.vertices, index),
    };
  });
}

function resultNumbers({ results }: BuildGraph, numbers: ReadonlyMap<string, number>): readonly (number | null)[] {
  return [...results.values()].map((digest) => numbers.get(digest ?? "") ?? null);
}

function pageFinding(finding: Finding, vertices: readonly number[]): PageFinding {
  const { rule, reason, suggestion, saving, lines } = finding;
  return {
    rule,
    reason: visible(reason),
    suggestion: visible(suggestion),
    saving: { ...saving, when: visible(saving.when) },
    lines,
    vertices,
  };
}

/** More of a log than this is for the log itself. */
const mostLogLines = 200;

/** Vertices that are not in the graph are left out. */
function pageRun({ title, vertices }: MeasuredRun, numbers: ReadonlyMap<string, number>): PageRun {
  const known = [...vertices].flatMap(([digest, measured]) => {
    const vertex = numbers.get(digest);
    return vertex === undefined ? [] : [{ vertex, measured }];
  });
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const { measured } of known) {
    for (const { started, completed } of measured.runs) {
      start = Math.min(start, started);
      end = Math.max(end, completed);
    }
  }
  return {
    title: visible(title),
    makespan: Math.max(0, end - start),
    vertices: known.map(({ vertex, measured: { state, runs, bytes, exitCode = null, log } }) => ({
      vertex,
      state,
      runs: runs.map(({ started, completed }) => ({ start: started - start, end: completed - start })),
      bytes,
      exitCode,
      log: log.slice(-mostLogLines).map(shownText),
    })),
  };
}

function comparison(
  { title, work, span, vertices }: ComparedBuild,
  now: readonly ComparedVertex[],
  numbers: ReadonlyMap<string, number>,
): PageComparison {
  const changes = buildChanges(vertices, now).filter((change) => change.kind !== "same" || differs(change));
  const unchanged = now.length - changes.filter(({ kind }) => kind !== "removed").length;
  const weight = ({ before, after }: BuildChange) => Math.abs((after?.ms ?? 0) - (before?.ms ?? 0));
  return {
    title: visible(title),
    work,
    span,
    unchanged,
    changes: changes
      .sort((a, b) => weight(b) - weight(a))
      .map(({ kind, before, after }): PageChange => {
        const name = visible(after?.name ?? before?.name ?? "");
        const vertex = numbers.get(after?.digest ?? "") ?? null;
        return { kind, vertex, name, before: before?.ms ?? null, after: after?.ms ?? null };
      }),
  };
}

/** Less than this is chance. */
const noise = 100;

function differs({ before, after }: BuildChange): boolean {
  return Math.abs((after?.ms ?? 0) - (before?.ms ?? 0)) > noise;
}
