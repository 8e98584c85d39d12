import type { Op } from "../../llb/op.ts";
import { PlatformError, parsePlatform } from "../../platform.ts";
import { estimateOf } from "../analyses/estimate.ts";
import { vertexKeys } from "../analyses/vertex-keys.ts";
import type { RecordedVertex } from "./build-record.ts";
import { type PlainVertex, plainGraph } from "./plain-graph.ts";
import { newsFields, type RecordVerticesOptions, type VertexNews } from "./record-of.ts";

/** A vertex as a worker tells of it: by name, without its op. */
export interface NamedVertex {
  readonly vertex: string;
  readonly name: string;
  readonly inputs: readonly string[];
  /** Of the name, empty where it has none. */
  readonly platform: string;
}

/**
 * The vertices of a build of which nothing is known but what its worker told: stages, platforms and kinds are read off
 * their names, as BuildKit's frontends give them. Inputs before their users; the worker's own steps are left out.
 */
export function namedVertices(
  told: readonly NamedVertex[],
  news: ReadonlyMap<string, VertexNews>,
  { redact, redactLog = redact }: Pick<RecordVerticesOptions, "redact" | "redactLog">,
): readonly RecordedVertex[] {
  const vertices = inputsFirst(told.filter(({ name }) => !/^(?:\[(?:\S+ )?auth\]|exporting |importing )/.test(name)));
  const known = new Set(vertices.map(({ vertex }) => vertex));
  const plain = vertices.map((vertex) => plainOf(vertex, known, redact));
  const graph = plainGraph(plain);
  const keys = vertexKeys(graph);
  return graph.vertices.map(({ digest, kind, name, stage, platforms, inputs, op }) => ({
    digest,
    kind,
    name,
    stage,
    platforms,
    lines: [],
    inputs,
    keys: keys.get(digest) ?? { vertex: digest, step: digest, instruction: undefined },
    estimate: estimateOf(op),
    emulation: 1,
    ignoresCache: false,
    cacheKey: undefined,
    deps: [],
    traits: [],
    op: undefined,
    ...newsFields(news.get(digest), /^\[[^\]]*\] RUN .*--mount=\S*type=secret/s.test(name), redactLog),
  }));
}

function plainOf(
  { vertex, name, inputs, platform }: NamedVertex,
  known: ReadonlySet<string>,
  redact: (text: string) => string,
): PlainVertex {
  const [, inside = "", instruction = name] = /^\[([^\]]*)\] (.*)$/s.exec(name) ?? [];
  const words = inside.split(" ").filter((word) => word !== "");
  const step = words.findIndex((word) => /^\d+\/\d+$/.test(word));
  const stage = step > 0 && words[step - 1] !== platform ? words[step - 1] : undefined;
  const from = inputs.filter((input) => known.has(input)).map((digest) => ({ digest, output: 0 }));
  return {
    digest: vertex,
    op: opOf(redact(instruction), platform, from),
    name: redact(name),
    stage,
    platforms: [platform === "" ? defaultPlatform : platform],
    lines: [],
    inputs: from,
  };
}

const defaultPlatform = "linux/amd64";

/** What an instruction makes as a rule: a command, a source, or a change of files. */
function opOf(instruction: string, platformName: string, inputs: Op["inputs"]): Op {
  const platform = platformOf(platformName);
  const base = { inputs, platform, workerConstraints: undefined };
  const run = /^RUN (?:--\S+ )*(.*)$/s.exec(instruction)?.[1];
  if (run !== undefined) {
    const meta = { args: ["/bin/sh", "-c", run], cwd: "/", removeMountStubsRecursive: true };
    return {
      ...base,
      kind: "exec",
      meta,
      mounts: [],
      network: "sandbox",
      security: "sandbox",
      secretEnv: [],
      cdiDevices: [],
    };
  }
  if (inputs.length > 0) return { ...base, platform: undefined, kind: "file", actions: [] };
  const identifier = /^FROM (\S+)/.exec(instruction)?.[1];
  return {
    ...base,
    kind: "source",
    identifier: identifier === undefined ? `local://${instruction}` : `docker-image://${identifier}`,
    attrs: new Map(),
  };
}

function platformOf(name: string): Op["platform"] {
  try {
    return parsePlatform(name === "" ? defaultPlatform : name);
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}

/** A worker tells of vertices in any order. One that is its own input, which none is, is left where it is met. */
function inputsFirst(told: readonly NamedVertex[]): readonly NamedVertex[] {
  const byDigest = new Map(told.map((vertex) => [vertex.vertex, vertex]));
  const begun = new Set<string>();
  const done = new Set<NamedVertex>();
  const waiting = told.map(({ vertex }) => vertex).reverse();
  for (let digest = waiting.pop(); digest !== undefined; digest = waiting.pop()) {
    const vertex = byDigest.get(digest);
    if (vertex === undefined || done.has(vertex)) continue;
    const missing = vertex.inputs.filter((input) => byDigest.has(input) && !begun.has(input));
    begun.add(digest);
    if (missing.length === 0) done.add(vertex);
    else waiting.push(digest, ...missing.reverse());
  }
  return [...done];
}
