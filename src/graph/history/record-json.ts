import type { OpInput } from "../../llb/op.ts";
import type { VertexKeys } from "../analyses/durations.ts";
import type { GraphVertex } from "../build-graph.ts";
import type { ContentSelector } from "../cache-map/content-selector.ts";
import type { FileKind } from "../cache-map/file-digest.ts";
import type { BuildRecord, BuildSummary, RecordedDep, RecordedVertex, RecordedWorker, Trait } from "./build-record.ts";
import {
  flagIn,
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
import type { Manifest, ManifestFile } from "./manifest.ts";
import { recordedOpIn } from "./recorded-op-json.ts";

/** The version of the form below; what has another one is not read. */
const version = 1;

/**
 * A record as lines of JSON: the summary first, so that a list of builds need not read more, then the vertices, then
 * the manifests.
 */
export function recordText({ buildArgs, dockerfileDigest, vertices, manifests, ...summary }: BuildRecord): string {
  const lines = [
    { version, ...summary },
    { buildArgs: [...buildArgs], dockerfileDigest, vertices },
    { manifests: [...manifests].map(([digest, { files }]) => [digest, files.map(fileRow)]) },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/**
 * Reads what `recordText` wrote.
 * @throws UnreadableRecord for anything else, and for a record that was cut off.
 */
export function parseRecord(text: string): BuildRecord {
  const [head = "", body = "", files = "", rest, ...more] = text.split("\n");
  if (rest !== "" || more.length > 0) throw new UnreadableRecord("the record is cut off");
  const { buildArgs, dockerfileDigest, vertices } = recordIn(jsonOf(body));
  return {
    ...parseSummary(head),
    buildArgs: mapIn(buildArgs, textIn),
    dockerfileDigest: optional(dockerfileDigest, textIn),
    vertices: listIn(vertices, vertexIn),
    manifests: mapIn(recordIn(jsonOf(files)).manifests, manifestIn),
  };
}

/**
 * Reads the first line of a record.
 * @throws UnreadableRecord
 */
export function parseSummary(line: string): BuildSummary {
  const fields = recordIn(jsonOf(line));
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

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new UnreadableRecord("the record is no JSON", { cause: error });
  }
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

// There can be many files: each is a list, without names of fields.

const fileKinds: readonly FileKind[] = ["file", "directory", "symlink", "fifo", "block-device", "char-device"];

function fileRow({ path, kind, permissions, size, target, digest, content, stamp }: ManifestFile): readonly unknown[] {
  return [path, fileKinds.indexOf(kind), permissions, size, target, digest, content, stamp];
}

function manifestIn(value: unknown): Manifest {
  return { files: listIn(value, fileIn) };
}

function fileIn(value: unknown): ManifestFile {
  const [path, kind, permissions, size, target, digest, content, stamp] = listIn(value, (field) => field);
  const known = fileKinds[numberIn(kind)];
  if (known === undefined) throw new UnreadableRecord("the record has a file of no known kind");
  return {
    path: textIn(path),
    kind: known,
    permissions: numberIn(permissions),
    size: numberIn(size),
    target: textIn(target),
    digest: textIn(digest),
    content: textIn(content),
    stamp: textIn(stamp),
  };
}
