import type { OpInput } from "../../llb/op.ts";
import type { VertexKeys } from "../analyses/durations.ts";
import type { GraphVertex } from "../build-graph.ts";
import type { ContentSelector } from "../cache-map/content-selector.ts";
import type {
  BuildSummary,
  RecordedDep,
  RecordedSteps,
  RecordedVertex,
  RecordedWorker,
  Trait,
} from "./build-record.ts";
import {
  flagIn,
  jsonIn,
  listIn,
  mapIn,
  numberIn,
  oneOf,
  optional,
  recordIn,
  textIn,
  textsIn,
  UnreadableRecord,
} from "./json-reader.ts";
import { recordedOpIn } from "./recorded-op-json.ts";

/** The version of the form below; what has another one is not read. */
const version = 3;

/** A record as it is kept: what was read of folders is kept apart, since most builds of a folder read the same. */
export interface KeptRecord {
  readonly steps: RecordedSteps;
  /** By the digests of the vertices that read folders: the name of the manifest, equal for equal ones. */
  readonly manifestNames: ReadonlyMap<string, string>;
}

/** A record as lines of JSON: the summary first, so that a list of builds need not read more, then all else. */
export function recordText({ steps, manifestNames }: KeptRecord): string {
  const { buildArgs, dockerfileDigest, vertices, ...summary } = steps;
  const body = { buildArgs: [...buildArgs], dockerfileDigest, vertices, manifestNames: [...manifestNames] };
  return `${JSON.stringify({ version, ...summary })}\n${JSON.stringify(body)}\n`;
}

/**
 * Reads what `recordText` wrote.
 * @throws UnreadableRecord for anything else, and for a record that was cut off.
 */
export function parseRecord(text: string): KeptRecord {
  const [head = "", body = "", rest, ...more] = text.split("\n");
  if (rest !== "" || more.length > 0) throw new UnreadableRecord("the record is cut off");
  const { buildArgs, dockerfileDigest, vertices, manifestNames } = recordIn(jsonIn(body));
  return {
    steps: {
      ...parseSummary(head),
      buildArgs: mapIn(buildArgs, textIn),
      dockerfileDigest: optional(dockerfileDigest, textIn),
      vertices: listIn(vertices, vertexIn),
    },
    manifestNames: mapIn(manifestNames, textIn),
  };
}

/**
 * Reads the first line of a record.
 * @throws UnreadableRecord
 */
export function parseSummary(line: string): BuildSummary {
  const fields = recordIn(jsonIn(line));
  if (fields.version !== version) throw new UnreadableRecord("the record has another version");
  return {
    ref: textIn(fields.ref),
    origin: oneOf(fields.origin, ["solve", "log", "worker"]),
    started: numberIn(fields.started),
    completed: numberIn(fields.completed),
    outcome: oneOf(fields.outcome, ["completed", "failed", "cancelled"]),
    context: textIn(fields.context),
    dockerfile: textIn(fields.dockerfile),
    target: textIn(fields.target),
    platforms: textsIn(fields.platforms),
    worker: optional(fields.worker, workerIn),
    ran: numberIn(fields.ran),
    cached: numberIn(fields.cached),
  };
}

function workerIn(value: unknown): RecordedWorker {
  const { description, address, version: of, platforms } = recordIn(value);
  return {
    description: textIn(description),
    address: textIn(address),
    version: textIn(of),
    platforms: textsIn(platforms),
  };
}

const kinds: readonly GraphVertex["kind"][] = [
  "source",
  "exec",
  "file",
  "merge",
  "diff",
  "build",
  "passthrough",
  "head",
];
const states: readonly RecordedVertex["state"][] = ["cached", "completed", "failed", "cancelled", "skipped", "unknown"];

function vertexIn(value: unknown): RecordedVertex {
  const fields = recordIn(value);
  return {
    digest: textIn(fields.digest),
    kind: oneOf(fields.kind, kinds),
    name: textIn(fields.name),
    stage: optional(fields.stage, textIn),
    platforms: textsIn(fields.platforms),
    lines: listIn(fields.lines, numberIn),
    inputs: listIn(fields.inputs, inputIn),
    keys: keysIn(fields.keys),
    estimate: numberIn(fields.estimate),
    emulation: numberIn(fields.emulation),
    ignoresCache: flagIn(fields.ignoresCache),
    cacheKey: optional(fields.cacheKey, textIn),
    deps: listIn(fields.deps, depIn),
    traits: listIn(fields.traits, traitIn),
    op: optional(fields.op, recordedOpIn),
    state: oneOf(fields.state, states),
    runs: listIn(fields.runs, runIn),
    bytes: numberIn(fields.bytes),
    exitCode: optional(fields.exitCode, numberIn),
    log: optional(fields.log, textsIn) ?? [],
  };
}

function inputIn(value: unknown): OpInput {
  const { digest, output } = recordIn(value);
  return { digest: textIn(digest), output: numberIn(output) };
}

function keysIn(value: unknown): VertexKeys {
  const { vertex, step, instruction } = recordIn(value);
  return { vertex: textIn(vertex), step: textIn(step), instruction: optional(instruction, textIn) };
}

function depIn(value: unknown): RecordedDep {
  const { selector, reads, content } = recordIn(value);
  return {
    selector: optional(selector, textIn),
    reads: optional(reads, (list) => listIn(list, selectorIn)),
    content: optional(content, textIn),
  };
}

function selectorIn(value: unknown): ContentSelector {
  const { path, wildcard, followLinks, includePatterns, excludePatterns } = recordIn(value);
  return {
    path: textIn(path),
    wildcard: flagIn(wildcard),
    followLinks: flagIn(followLinks),
    includePatterns: textsIn(includePatterns),
    excludePatterns: textsIn(excludePatterns),
  };
}

function traitIn(value: unknown): Trait {
  const { name, value: of, plain } = recordIn(value);
  return { name: textIn(name), value: textIn(of), plain: flagIn(plain) };
}

function runIn(value: unknown): { readonly started: number; readonly completed: number } {
  const { started, completed } = recordIn(value);
  return { started: numberIn(started), completed: numberIn(completed) };
}
