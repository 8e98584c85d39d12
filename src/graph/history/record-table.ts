import { formatBytes } from "../../byte-size.ts";
import { tabTable } from "../../tab-table.ts";
import { timeText } from "../analyses/time-text.ts";
import { cutLines } from "../cut-text.ts";
import { visible } from "../excerpt.ts";
import { shortTitle } from "../render/layout.ts";
import { linesText } from "../render/text.ts";
import type { BuildRecord, BuildSummary, RecordedVertex } from "./build-record.ts";

/**
 * Builds in rows under headings, for a terminal of so many columns, if any. `now` is in milliseconds since the epoch, as
 * are the times of builds.
 */
export function summariesText(builds: readonly BuildSummary[], now: number, columns?: number): string {
  const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(20, columns - 60);
  const rows = builds.map((build) => [
    shortRef(build.ref, builds),
    agoText(now - build.started),
    build.outcome,
    timeText(build.completed - build.started),
    String(build.ran),
    String(build.cached),
    endOf(visible(build.target === "" ? build.context : `${build.context} (${build.target})`), room),
    build.platforms.join(","),
  ]);
  const heads = ["ID", "STARTED", "OUTCOME", "TIME", "RAN", "CACHED", "CONTEXT", "PLATFORMS"];
  return cutLines(tabTable([heads, ...rows], 2), columns);
}

/** As much of a ref as tells it from the others: commands take no more. */
function shortRef(ref: string, builds: readonly BuildSummary[]): string {
  let length = Math.min(ref.length, shortest);
  while (builds.some((other) => other.ref !== ref && other.ref.startsWith(ref.slice(0, length)))) length++;
  return ref.slice(0, length);
}

const shortest = 8;

/** Of a path, its end tells the most. */
function endOf(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `…${characters.slice(1 - most).join("")}`;
}

export interface RecordTextOptions {
  /** Of the terminal, if any. */
  readonly columns?: number | undefined;
  /** Whether the ends of all logs are wanted; else those of steps that failed. */
  readonly logs?: boolean | undefined;
}

/** A build: its facts, then what each vertex did, those that began first at the top, then what they wrote last. */
export function recordText(record: BuildRecord, { columns, logs = false }: RecordTextOptions = {}): string {
  const facts: readonly (readonly [string, string])[] = [
    ["build", record.ref],
    ["context", visible(record.context)],
    ["dockerfile", visible(record.dockerfile)],
    ["target", visible(record.target)],
    ["platforms", record.platforms.join(", ")],
    [
      "worker",
      record.worker === undefined ? "" : visible(`${record.worker.description} ${record.worker.version}`.trim()),
    ],
    ["started", new Date(record.started).toISOString()],
    ["outcome", `${record.outcome} after ${timeText(record.completed - record.started)}`],
    ["vertices", `${record.ran} run, ${record.cached} cached, ${record.vertices.length} in all`],
    ["build args", [...record.buildArgs.keys()].map(visible).join(", ")],
  ];
  const first = Math.min(...record.vertices.flatMap(({ runs }) => runs.map(({ started }) => started)));
  const order = [...record.vertices].sort((a, b) => startOf(a) - startOf(b));
  const rows = order.map((vertex) => rowOf(vertex, first));
  const head = tabTable(
    facts.filter(([, value]) => value !== ""),
    2,
  );
  const table = tabTable([["START", "TIME", "STATE", "BYTES", "LINES", "STEP"], ...rows], 2);
  const shown = order.filter(({ state, log }) => log.length > 0 && (logs || state === "failed"));
  return `${cutLines(`${head}\n${table}`, columns)}${shown.map(logText).join("")}`;
}

function logText({ name, log }: RecordedVertex): string {
  return `\n${shortTitle(name)}\n${log.map((line) => `  ${visible(line)}\n`).join("")}`;
}

function rowOf(vertex: RecordedVertex, first: number): readonly string[] {
  const { state, exitCode, runs, bytes, lines, name } = vertex;
  const ran = runs.length > 0 && state !== "cached";
  return [
    ran ? timeText(startOf(vertex) - first) : "",
    ran ? timeText(timeOf(vertex)) : "",
    exitCode === undefined ? state : `${state} (${exitCode})`,
    bytes === 0 ? "" : formatBytes(bytes),
    linesText(lines),
    shortTitle(name),
  ];
}

/** How long a vertex took in all, in milliseconds. */
export function timeOf({ runs }: RecordedVertex): number {
  return runs.reduce((sum, { started, completed }) => sum + completed - started, 0);
}

function startOf({ runs }: RecordedVertex): number {
  return runs.reduce((least, { started }) => Math.min(least, started), Number.POSITIVE_INFINITY);
}

function agoText(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  const [unit, size] = units.find(([, least]) => seconds >= least) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit} ago`;
}

const units: readonly (readonly [unit: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];
