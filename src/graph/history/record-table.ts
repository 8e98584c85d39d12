import { tabTable } from "../../tab-table.ts";
import { timeText } from "../analyses/time-text.ts";
import { visible } from "../excerpt.ts";
import { linesText } from "../render/text.ts";
import type { BuildRecord, BuildSummary, RecordedVertex } from "./build-record.ts";

/** Builds in rows under headings. `now` is in milliseconds since the epoch, as are the times of builds. */
export function summariesText(builds: readonly BuildSummary[], now: number): string {
  const rows = builds.map((build) => [
    build.ref,
    agoText(now - build.started),
    build.outcome,
    timeText(build.completed - build.started),
    `${build.ran} run, ${build.cached} cached`,
    build.platforms.join(","),
    visible(build.target === "" ? build.context : `${build.context} (${build.target})`),
  ]);
  return tabTable([["ID", "STARTED", "OUTCOME", "TIME", "STEPS", "PLATFORMS", "CONTEXT"], ...rows], 2);
}

/** A build: its facts, then what each vertex did, those that began first at the top. */
export function recordText(record: BuildRecord): string {
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
  return `${tabTable(
    facts.filter(([, value]) => value !== ""),
    2,
  )}\n${tabTable([["START", "TIME", "STATE", "BYTES", "LINES", "STEP"], ...rows], 2)}`;
}

function rowOf(vertex: RecordedVertex, first: number): readonly string[] {
  const { state, exitCode, runs, bytes, lines, name } = vertex;
  const ran = runs.length > 0 && state !== "cached";
  return [
    ran ? timeText(startOf(vertex) - first) : "",
    ran ? timeText(timeOf(vertex)) : "",
    exitCode === undefined ? state : `${state} (${exitCode})`,
    bytes === 0 ? "" : String(bytes),
    linesText(lines),
    visible(name),
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
